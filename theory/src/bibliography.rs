//! The papers whose results are coded here.

pub use solvable_words::Source;

/// What of the papers is covered, by which claim or prediction, as Markdown.
pub const COVERAGE: &str = include_str!("../notes/coverage.md");

/// Declares sources, one a line.
macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident: $key:literal, $authors:literal, $title:literal, $venue:literal, $year:literal, $arxiv:literal;)*) => {
        $($(#[$doc])* pub const $name: Source = Source {
            key: $key, authors: $authors, title: $title, venue: $venue, year: $year, arxiv: $arxiv,
        };)*

        /// Every source, in the order of their declaration.
        pub const ALL: &[Source] = &[$($name),*];
    };
}

sources! {
    /// Fisher information statistics and their mean-field theory.
    KARAKIDA_2019_UNIVERSAL: "karakida2019universal", "R. Karakida, S. Akaho, S. Amari",
        "Universal statistics of Fisher information in deep neural networks: mean field approach",
        "AISTATS", 2019, "1806.01316";
    /// Normalization and sharpness.
    KARAKIDA_2019_NORMALIZATION: "karakida2019normalization", "R. Karakida, S. Akaho, S. Amari",
        "The normalization method for alleviating pathological sharpness in wide neural networks",
        "NeurIPS", 2019, "1906.02926";
    /// Statistical neurodynamics.
    AMARI_2018_NEURODYNAMICS: "amari2018neurodynamics", "S. Amari, R. Karakida, M. Oizumi",
        "Statistical neurodynamics of deep networks: geometry of signal spaces", "preprint", 2018, "1808.07169";
    /// Fisher information of random deep networks.
    AMARI_2019_FISHER: "amari2019fisher", "S. Amari, R. Karakida, M. Oizumi",
        "Fisher information and natural gradient learning in random deep networks", "AISTATS", 2019, "1808.07172";
    /// The Fisher-Rao norm.
    LIANG_2019: "liang2019fisher", "T. Liang, T. Poggio, A. Rakhlin, J. Stokes",
        "Fisher-Rao metric, geometry, and complexity of neural networks", "AISTATS", 2019, "1711.01530";
    /// Forward signal propagation.
    POOLE_2016: "poole2016exponential", "B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli",
        "Exponential expressivity in deep neural networks through transient chaos", "NeurIPS", 2016, "1606.05340";
    /// Depth scales.
    SCHOENHOLZ_2017: "schoenholz2017deep", "S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein",
        "Deep information propagation", "ICLR", 2017, "1611.01232";
    /// The neural tangent kernel.
    JACOT_2018: "jacot2018ntk", "A. Jacot, F. Gabriel, C. Hongler",
        "Neural tangent kernel: convergence and generalization in neural networks", "NeurIPS", 2018, "1806.07572";
    /// The arc-cosine kernels of ReLU networks.
    CHO_2009: "cho2009kernel", "Y. Cho, L. K. Saul", "Kernel methods for deep learning", "NeurIPS", 2009, "";
    /// The arc-sine kernel of erf networks.
    WILLIAMS_1997: "williams1997computing", "C. K. I. Williams", "Computing with infinite networks",
        "NeurIPS", 1997, "";
    /// Nested Marchenko-Pastur laws of kernels at linear width.
    FAN_2020: "fan2020spectra", "Z. Fan, Z. Wang",
        "Spectra of the conjugate kernel and neural tangent kernel for linear-width neural networks",
        "NeurIPS", 2020, "2005.11879";
    /// Catapults at large step sizes.
    LEWKOWYCZ_2020: "lewkowycz2020catapult", "A. Lewkowycz, Y. Bahri, E. Dyer, J. Sohl-Dickstein, G. Gur-Ari",
        "The large learning rate phase of deep learning: the catapult mechanism", "preprint", 2020, "2003.02218";
    /// Natural gradient with approximate Fisher information matrices.
    KARAKIDA_2020_NATURAL: "karakida2020natural", "R. Karakida, K. Osawa",
        "Understanding approximate Fisher information for fast convergence of natural gradient descent in wide neural networks",
        "NeurIPS", 2020, "2010.00879";
    /// Kronecker-factored approximate curvature.
    MARTENS_2015: "martens2015kfac", "J. Martens, R. Grosse",
        "Optimizing neural networks with Kronecker-factored approximate curvature", "ICML", 2015, "1503.05671";
    /// The factor of the inputs alone.
    BENZING_2022: "benzing2022foof", "F. Benzing",
        "Gradient descent on neurons and its link to approximate second-order optimization", "ICML", 2022, "2201.12250";
    /// Second moments of gradients on both sides.
    GUPTA_2018: "gupta2018shampoo", "V. Gupta, T. Koren, Y. Singer",
        "Shampoo: preconditioned stochastic tensor optimization", "ICML", 2018, "1802.09568";
    /// Second-order methods at infinite width.
    ISHIKAWA_2024: "ishikawa2024parameterization", "S. Ishikawa, R. Karakida",
        "On the parameterization of second-order optimization effective towards the infinite width", "ICLR", 2024,
        "2312.12226";
    /// The transform that makes all leverages equal.
    FORSTER_2002: "forster2002linear", "J. Forster",
        "A linear lower bound on the unbounded error probabilistic communication complexity",
        "Journal of Computer and System Sciences", 2002, "";
    /// Learning curves of continual learning.
    KARAKIDA_2022_CONTINUAL: "karakida2022continual", "R. Karakida, S. Akaho",
        "Learning curves for continual learning in neural networks: self-knowledge transfer and forgetting",
        "ICLR", 2022, "2112.01653";
    /// Learning curves of kernel regression.
    BORDELON_2020: "bordelon2020spectrum", "B. Bordelon, A. Canatar, C. Pehlevan",
        "Spectrum dependent learning curves in kernel regression and wide neural networks", "ICML", 2020, "2002.02561";
    /// Learning curves with noise, and alignment of targets with the spectrum.
    CANATAR_2021: "canatar2021spectral", "A. Canatar, B. Bordelon, C. Pehlevan",
        "Spectral bias and task-model alignment explain generalization in kernel regression and infinitely wide neural networks",
        "Nature Communications", 2021, "2006.13198";
    /// The Fisher metric and its variants: cross entropy, layers, inputs.
    KARAKIDA_2021_PATHOLOGICAL: "karakida2021pathological", "R. Karakida, S. Akaho, S. Amari",
        "Pathological spectra of the Fisher information metric and its variants in deep neural networks",
        "Neural Computation", 2021, "1910.05992";
    /// Spectra of the Fisher information by free probability.
    HAYASE_2021: "hayase2021spectrum", "T. Hayase, R. Karakida",
        "The spectrum of Fisher information of deep networks achieving dynamical isometry", "AISTATS", 2021, "2006.07814";
    /// Dynamical isometry.
    PENNINGTON_2017: "pennington2017resurrecting", "J. Pennington, S. S. Schoenholz, S. Ganguli",
        "Resurrecting the sigmoid in deep learning through dynamical isometry: theory and practice",
        "NeurIPS", 2017, "1711.04735";
    /// Spectra of Jacobians at initialisation.
    PENNINGTON_2018: "pennington2018emergence", "J. Pennington, S. S. Schoenholz, S. Ganguli",
        "The emergence of spectral universality in deep networks", "AISTATS", 2018, "1802.09979";
    /// Subordination in free convolutions.
    BELINSCHI_2007: "belinschi2007subordination", "S. T. Belinschi, H. Bercovici",
        "A new approach to subordination results in free probability", "Journal d'Analyse Mathematique", 2007, "";
    /// The combinatorics of free probability.
    NICA_2006: "nica2006lectures", "A. Nica, R. Speicher", "Lectures on the combinatorics of free probability",
        "Cambridge University Press", 2006, "";
    /// Decay of the eigenvalues of tangent kernels on the sphere.
    BIETTI_2021: "bietti2021deep", "A. Bietti, F. Bach", "Deep equals shallow for ReLU networks in kernel regimes",
        "ICLR", 2021, "2009.14397";
    /// Gradient regularization by finite differences.
    KARAKIDA_2023_GRADIENT: "karakida2023gradient", "R. Karakida, T. Takase, T. Hayase, K. Osawa",
        "Understanding gradient regularization in deep learning: efficient finite-difference computation and implicit bias",
        "ICML", 2023, "2210.02720";
    /// The hyperbolic entropy of diagonal linear networks.
    WOODWORTH_2020: "woodworth2020kernel",
        "B. Woodworth, S. Gunasekar, J. D. Lee, E. Moroshko, P. Savarese, I. Golan, D. Soudry, N. Srebro",
        "Kernel and rich regimes in overparametrized models", "COLT", 2020, "2002.09277";
    /// Sharpness-aware minimisation.
    FORET_2021: "foret2021sharpness", "P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur",
        "Sharpness-aware minimization for efficiently improving generalization", "ICLR", 2021, "2010.01412";
    /// Flooding.
    ISHIDA_2020: "ishida2020flooding", "T. Ishida, I. Yamane, T. Sakai, G. Niu, M. Sugiyama",
        "Do we need zero training loss after achieving zero training error?", "ICML", 2020, "2002.08709";
    /// Gradient descent as a flow with a penalty.
    BARRETT_2021: "barrett2021implicit", "D. G. T. Barrett, B. Dherin", "Implicit gradient regularization",
        "ICLR", 2021, "2009.11162";
    /// Saddle to saddle.
    PESME_2023: "pesme2023saddle", "S. Pesme, N. Flammarion",
        "Saddle-to-saddle dynamics in diagonal linear networks", "NeurIPS", 2023, "2304.00488";
    /// Attention as a Boltzmann machine.
    OTA_2023: "ota2023attention", "T. Ota, R. Karakida",
        "Attention in a family of Boltzmann machines emerging from modern Hopfield networks", "Neural Computation", 2023,
        "2212.04692";
    /// Capacities of dense associative memories.
    LUCIBELLO_2024: "lucibello2024exponential", "C. Lucibello, M. Mezard",
        "The exponential capacity of dense associative memories", "Physical Review Letters", 2024, "2304.14964";
    /// Attention as the update of a modern Hopfield network.
    RAMSAUER_2021: "ramsauer2021hopfield", "H. Ramsauer et al.", "Hopfield networks is all you need", "ICLR", 2021,
        "2008.02217";
    /// Dense associative memories.
    KROTOV_2016: "krotov2016dense", "D. Krotov, J. Hopfield", "Dense associative memory for pattern recognition",
        "NeurIPS", 2016, "1606.01164";
    /// Exponential-family harmoniums.
    WELLING_2004: "welling2004exponential", "M. Welling, M. Rosen-Zvi, G. Hinton",
        "Exponential family harmoniums with an application to information retrieval", "NeurIPS", 2004, "";
    /// Denoising score matching.
    VINCENT_2011: "vincent2011connection", "P. Vincent",
        "A connection between score matching and denoising autoencoders", "Neural Computation", 2011, "";
    /// Self-paced data augmentation.
    TAKASE_2021: "takase2021selfpaced", "T. Takase, R. Karakida, H. Asoh",
        "Self-paced data augmentation for training neural networks", "Neurocomputing", 2021, "2010.15434";
    /// Noise on inputs as a penalty.
    BISHOP_1995: "bishop1995training", "C. M. Bishop",
        "Training with noise is equivalent to Tikhonov regularization", "Neural Computation", 1995, "";
    /// Kernels that a group leaves as they are.
    MEI_2021: "mei2021learning", "S. Mei, T. Misiakiewicz, A. Montanari",
        "Learning with invariances in random features and kernel models", "COLT", 2021, "2102.13219";
    /// What invariance saves in samples.
    BIETTI_2021_STABILITY: "bietti2021sample", "A. Bietti, L. Venturi, J. Bruna",
        "On the sample complexity of learning under geometric stability", "NeurIPS", 2021, "2106.07148";
    /// Mixed samples.
    ZHANG_2018_MIXUP: "zhang2018mixup", "H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz",
        "mixup: beyond empirical risk minimization", "ICLR", 2018, "1710.09412";
    /// Cutout.
    DEVRIES_2017: "devries2017improved", "T. DeVries, G. W. Taylor",
        "Improved regularization of convolutional neural networks with cutout", "arXiv", 2017, "1708.04552";
    /// Dropout as a penalty.
    WAGER_2013: "wager2013dropout", "S. Wager, S. Wang, P. Liang",
        "Dropout training as adaptive regularization", "NeurIPS", 2013, "1307.1493";
    /// Ridge regression in the proportional limit.
    DOBRIBAN_2018: "dobriban2018prediction", "E. Dobriban, S. Wager",
        "High-dimensional asymptotics of prediction: ridge regression and classification", "Annals of Statistics", 2018,
        "1507.03003";
    /// Least squares of least norm in the proportional limit.
    HASTIE_2022: "hastie2022surprises", "T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani",
        "Surprises in high-dimensional ridgeless least squares interpolation", "Annals of Statistics", 2022, "1903.08560";
    /// Random features of translation-invariant kernels.
    RAHIMI_2007: "rahimi2007random", "A. Rahimi, B. Recht", "Random features for large-scale kernel machines",
        "NeurIPS", 2007, "";
    /// Handwritten digits of eight by eight pixels.
    ALPAYDIN_1998: "alpaydin1998digits", "E. Alpaydin, C. Kaynak", "Optical recognition of handwritten digits",
        "UCI Machine Learning Repository", 1998, "";
    /// Signals in deep convolutional networks, and their spatial modes.
    XIAO_2018: "xiao2018dynamical",
        "L. Xiao, Y. Bahri, J. Sohl-Dickstein, S. S. Schoenholz, J. Pennington",
        "Dynamical isometry and a mean field theory of CNNs: how to train 10,000-layer vanilla convolutional neural networks",
        "ICML", 2018, "1806.05393";
    /// Gaussian-process kernels of convolutional networks.
    NOVAK_2019: "novak2019bayesian",
        "R. Novak, L. Xiao, J. Lee, Y. Bahri, G. Yang, J. Hron, D. A. Abolafia, J. Pennington, J. Sohl-Dickstein",
        "Bayesian deep convolutional networks with many channels are Gaussian processes", "ICLR", 2019, "1810.05148";
    /// Tangent kernels of convolutional networks.
    ARORA_2019: "arora2019exact", "S. Arora, S. S. Du, W. Hu, Z. Li, R. Salakhutdinov, R. Wang",
        "On exact computation with an infinitely wide neural net", "NeurIPS", 2019, "1904.11955";
    /// Kernels of residual networks.
    YANG_2017: "yang2017mean", "G. Yang, S. S. Schoenholz",
        "Mean field residual networks: on the edge of chaos", "NeurIPS", 2017, "1712.08969";
    /// Gaussian processes of any architecture.
    YANG_2019: "yang2019wide", "G. Yang",
        "Wide feedforward or recurrent neural networks of any architecture are Gaussian processes", "NeurIPS", 2019, "1910.12478";
    /// Kernels of attention.
    HRON_2020: "hron2020infinite", "J. Hron, Y. Bahri, J. Sohl-Dickstein, R. Novak",
        "Infinite attention: NNGP and NTK for deep attention networks", "ICML", 2020, "2006.10540";
    /// Tangent kernels of recurrent networks.
    ALEMOHAMMAD_2021: "alemohammad2021recurrent", "S. Alemohammad, Z. Wang, R. Balestriero, R. G. Baraniuk",
        "The recurrent neural tangent kernel", "ICLR", 2021, "2006.10246";
    /// Token mixing.
    TOLSTIKHIN_2021: "tolstikhin2021mixer",
        "I. Tolstikhin, N. Houlsby, A. Kolesnikov, L. Beyer, X. Zhai, T. Unterthiner, J. Yung, A. Steiner, D. Keysers, J. Uszkoreit, M. Lucic, A. Dosovitskiy",
        "MLP-Mixer: an all-MLP architecture for vision", "NeurIPS", 2021, "2105.01601";
    /// Contours for the inverse Laplace transform.
    WEIDEMAN_2007: "weideman2007parabolic", "J. A. C. Weideman, L. N. Trefethen",
        "Parabolic and hyperbolic contours for computing the Bromwich integral", "Mathematics of Computation", 2007, "";
    /// Gradient flow on isotropic data.
    ADVANI_2017: "advani2017high", "M. S. Advani, A. M. Saxe",
        "High-dimensional dynamics of generalization error in neural networks", "Neural Networks", 2020, "1710.03667";
    /// Learning curves of stochastic gradients.
    BORDELON_2021: "bordelon2021learning", "B. Bordelon, C. Pehlevan",
        "Learning curves for SGD on structured features", "ICLR", 2022, "2106.02713";
    /// Stochastic gradients that pass the data again and again.
    PAQUETTE_2021: "paquette2021sgd", "C. Paquette, K. Lee, F. Pedregosa, E. Paquette",
        "SGD in the large: average-case analysis, asymptotics, and stepsize criticality", "COLT", 2021, "2102.04396";
    /// Self-distillation.
    MOBAHI_2020: "mobahi2020self", "H. Mobahi, M. Farajtabar, P. L. Bartlett",
        "Self-distillation amplifies regularization in Hilbert space", "NeurIPS", 2020, "2002.05715";
    /// Forgetting as a rise of the energy of a memory.
    TAKEDA_2026: "takeda2026continual", "K. Takeda, M. Oizumi, R. Karakida",
        "Continual learning in modern Hopfield networks with an application to diffusion models", "preprint", 2026,
        "2605.27975";
    /// The temperature at which attention concentrates.
    HAYASE_2026: "hayase2026unified", "T. Hayase, R. Karakida",
        "A unified framework for critical scaling of inverse temperature in self-attention", "preprint", 2026, "2605.12697";
    /// Mixers as wide and sparse networks.
    HAYASE_2023: "hayase2024understanding", "T. Hayase, R. Karakida",
        "Understanding MLP-Mixer as a wide and sparse MLP", "ICML", 2024, "2306.01470";
    /// A Mixer as a hierarchical associative memory.
    KARAKIDA_2024: "karakida2024hierarchical", "R. Karakida, T. Ota, M. Taki",
        "Hierarchical associative memory, parallelized MLP-Mixer, and symmetry breaking", "preprint", 2024, "2406.12220";
    /// Rank collapse of attention with depth.
    DONG_2021: "dong2021attention", "Y. Dong, J.-B. Cordonnier, A. Loukas",
        "Attention is not all you need: pure attention loses rank doubly exponentially with depth", "ICML", 2021,
        "2103.03404";
    /// The random-energy model.
    DERRIDA_1981: "derrida1981random", "B. Derrida",
        "Random-energy model: an exactly solvable model of disordered systems", "Physical Review B", 1981, "";
    /// Lyapunov exponents of products of Gaussian matrices.
    NEWMAN_1986: "newman1986distribution", "C. M. Newman",
        "The distribution of Lyapunov exponents: exact results for random matrices",
        "Communications in Mathematical Physics", 1986, "";
    /// Channel capacity at finite length.
    POLYANSKIY_2010: "polyanskiy2010channel", "Y. Polyanskiy, H. V. Poor, S. Verdu",
        "Channel coding rate in the finite blocklength regime", "IEEE Transactions on Information Theory", 2010, "";
    /// Steps against batches under interpolation.
    MA_2018: "ma2018power", "S. Ma, R. Bassily, M. Belkin",
        "The power of interpolation: understanding the effectiveness of SGD in modern over-parametrized learning", "ICML",
        2018, "1712.06559";
}
