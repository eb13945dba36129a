use serde::{Deserialize, Serialize};
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{non_negative, require};
use solvable_theory::natural_gradient::{self, Damping, LayerKernels, Method};

use super::Loss;
use super::curvature::Curved;
use super::sided::{InputSided, LayerSet, OutputSided, stacked};
use super::tangents::{LayerStep, Tangents, weighted};
use super::unit_wise::UnitWise;
use crate::SimulationError;
use crate::linalg::{self, Matrix, Solver};

/// The largest system of the damped `btd`: samples times outputs times layers.
const MOST_COUPLED: usize = 2048;

/// A preconditioned step $-\eta(G+\rho I)^{-1}J^\top g/N$ in the NTK parametrization.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NaturalGradient {
    /// $G$.
    pub method: Method,
    /// What is added to $G$ before it is inverted.
    #[serde(default)]
    pub damping: Damping,
    /// K-FAC only: invert $A_1$ on its range, for more samples than input dimensions.
    #[serde(default)]
    pub low_rank_inputs: bool,
    /// One-sided rules only: the layers that are preconditioned; by default all that can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<LayerSet>,
    /// One-sided rules only: $\kappa$, the rate of plain gradients in the other layers; at 0 they rest.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gd_share: f64,
    /// Whose curvature $G$ approximates.
    #[serde(default, skip_serializing_if = "Loss::is_squared")]
    pub loss: Loss,
}

fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

/// The methods that invert one factor of a layer.
fn is_one_sided(method: Method) -> bool {
    matches!(
        method,
        Method::OneSided
            | Method::OneSidedScaled
            | Method::OneSidedSoftmax
            | Method::OutputSided
            | Method::Last
    )
}

impl NaturalGradient {
    /// Without damping.
    pub fn plain(method: Method) -> Self {
        Self::damped(method, Damping::None)
    }

    /// With damping.
    pub fn damped(method: Method, damping: Damping) -> Self {
        Self { method, damping, low_rank_inputs: false, layers: None, gd_share: 0.0, loss: Loss::Squared }
    }

    /// For another loss.
    pub fn with_loss(self, loss: Loss) -> Self {
        Self { loss, ..self }
    }

    /// Whether the rule exists for `outputs` $=CN$ outputs of networks with `depth` layers.
    ///
    /// # Errors
    /// A strength of damping out of range; damping, a depth or a number of outputs that the method does not have.
    pub fn check(&self, depth: usize, outputs: usize) -> Result<(), SettingError> {
        let Self { method, damping, low_rank_inputs, .. } = *self;
        let ridge = match damping {
            Damping::None => 0.0,
            Damping::Ridge(rho) => {
                non_negative("damping.ridge", rho)?;
                rho
            }
            Damping::Factored(rho_a, rho_b) => {
                non_negative("damping.factored", rho_a)?;
                non_negative("damping.factored", rho_b)?;
                let factored = matches!(method, Method::Kfac | Method::KfacScaled);
                require(factored, "damping", "factored", format!("none, or a ridge, for {method}"))?;
                0.0
            }
        };
        let kronecker = matches!(method, Method::Kfac | Method::KfacScaled | Method::KfacJoint);
        let valid = "false, or a method of kfac, kfac_scaled, kfac_joint";
        require(kronecker || !low_rank_inputs, "low_rank_inputs", low_rank_inputs, valid)?;
        self.check_layers(depth)?;
        self.check_loss()?;
        let found = || format!("{method} with a ridge of {ridge} at depth {depth}");
        match method {
            Method::Gd => require(ridge == 0.0, "method", found(), "gd without damping"),
            Method::Btd if ridge == 0.0 => {
                let valid = "btd with damping or at another depth than 2, 5, 8, ..., where there is btd_pinv";
                require(depth % 3 != 2, "method", found(), valid)
            }
            Method::Btd => {
                let valid = format!("at most {MOST_COUPLED} samples × outputs × layers for btd with damping");
                require(depth.saturating_mul(outputs) <= MOST_COUPLED, "samples", outputs, valid)
            }
            Method::BtdPinv => {
                let valid = "btd_pinv without damping at depth 2, 5, 8, ...";
                require(depth % 3 == 2 && ridge == 0.0, "method", found(), valid)
            }
            _ => Ok(()),
        }
    }

    fn check_layers(&self, depth: usize) -> Result<(), SettingError> {
        non_negative("gd_share", self.gd_share)?;
        let one_sided = is_one_sided(self.method);
        let valid = format!("0, or a one-sided method in place of {}", self.method);
        require(one_sided || self.gd_share == 0.0, "gd_share", self.gd_share, valid)?;
        if self.method == Method::OutputSided {
            let valid = "a depth of 2 and more: the output layer has no such factor";
            require(depth >= 2, "method", format!("output_sided at depth {depth}"), valid)?;
        }
        let Some(layers) = self.layers else { return Ok(()) };
        let list = layers.list();
        let (most, reason) = match self.method {
            Method::OutputSided => (depth.saturating_sub(1), ", without the output layer"),
            _ => (depth, ""),
        };
        let fits = one_sided && self.method != Method::Last && list.iter().all(|l| *l <= most);
        let valid = if one_sided && self.method != Method::Last {
            format!("layers from 1 to {most}{reason}")
        } else {
            format!("none for {}", self.method)
        };
        require(fits, "layers", format!("{list:?}"), valid)
    }

    /// The loss and the method go together.
    fn check_loss(&self) -> Result<(), SettingError> {
        let fits = match self.loss {
            Loss::Squared => self.method != Method::OneSidedSoftmax,
            Loss::CrossEntropy => matches!(
                self.method,
                Method::Gd
                    | Method::Exact
                    | Method::Bd
                    | Method::Kfac
                    | Method::OneSided
                    | Method::OneSidedSoftmax
            ),
        };
        let valid = match self.loss {
            Loss::Squared => "another method: one_sided_softmax belongs to the cross entropy",
            Loss::CrossEntropy => {
                "one of gd, exact, bd, kfac, one_sided, one_sided_softmax with the cross entropy"
            }
        };
        require(fits, "method", self.method, valid)
    }

    /// The layers that a one-sided rule preconditions.
    fn preconditioned(&self, depth: usize) -> Vec<usize> {
        match (self.layers, self.method) {
            (Some(layers), _) => layers.list(),
            (None, Method::OutputSided) => (1..depth).collect(),
            (None, Method::Last) => vec![depth],
            (None, _) => (1..=depth).collect(),
        }
    }

    /// Factorizes what the rule needs at one point; the result turns any residual into a step.
    ///
    /// Cost beyond the passes: $2N^2\sum_l(M_l+M_{l-1})$ flops for the Gram matrices and $O(N^3)$ for each system; `unit`
    /// needs one system for each unit; `btd` with damping one of size $LN$.
    ///
    /// # Errors
    /// [`Singular`](SimulationError::Singular) where a kernel that must be inverted is; a typed error of the theory
    /// where the method does not exist undamped, or the damping lies among the poles of `btd`.
    pub fn prepare<'a>(&self, at: &'a Tangents) -> Result<Prepared<'a>, SimulationError> {
        // Damping and depth have refusals of their own below.
        for checked in [self.check_layers(at.depth()), self.check_loss()] {
            if let Err(SettingError::Invalid { field, value, valid }) = checked {
                return Err(solvable_theory::TheoryError::invalid(&field, value, valid).into());
            }
        }
        let curved = match self.loss {
            Loss::Squared => None,
            Loss::CrossEntropy => Some(Curved::new(at)?),
        };
        // One-sided rules have no curvature of the outputs, nor has descent.
        let inner = match &curved {
            Some(curved) if !is_one_sided(self.method) && self.method != Method::Gd => &curved.tangents,
            _ => at,
        };
        let system = self.system(inner, curved.as_ref())?;
        Ok(Prepared { at, curved, method: self.method, system })
    }

    fn system(&self, at: &Tangents, curved: Option<&Curved>) -> Result<System, SimulationError> {
        let (ridge, factors) = match self.damping.checked()? {
            Damping::None => (0.0, (0.0, 0.0)),
            Damping::Ridge(rho) => (rho, (rho.sqrt(), rho.sqrt())),
            Damping::Factored(rho_a, rho_b) => {
                if !matches!(self.method, Method::Kfac | Method::KfacScaled) {
                    return Err(solvable_theory::TheoryError::invalid(
                        "damping",
                        "factored",
                        "factored damping for kfac and kfac_scaled; one strength rho for the other methods",
                    )
                    .into());
                }
                (0.0, (rho_a, rho_b))
            }
        };
        let depth = at.depth();
        let shift = at.samples() as f64 * ridge;
        let one_sided = |scaled: bool| {
            let layers = self.preconditioned(depth);
            InputSided::new(at, &layers, ridge, scaled, self.gd_share).map(System::InputSided)
        };
        Ok(match self.method {
            Method::OneSided | Method::OneSidedSoftmax | Method::Last => one_sided(false)?,
            Method::OneSidedScaled => one_sided(true)?,
            Method::OutputSided => {
                let layers = self.preconditioned(depth);
                System::OutputSided(OutputSided::new(at, &layers, ridge, self.gd_share)?)
            }
            Method::Gd => System::Identity,
            Method::Exact => {
                let mut kernel = at.layer_kernel(1);
                for layer in 2..=depth {
                    kernel += at.layer_kernel(layer);
                }
                System::Whole(Solver::spd(&kernel, shift, "the tangent kernel")?)
            }
            Method::Bd => System::Layers(
                (1..=depth)
                    .map(|l| Ok((l, 1.0, layer_solver(at, l, shift)?)))
                    .collect::<Result<_, SimulationError>>()?,
            ),
            Method::Btd if ridge == 0.0 => {
                let coefficients = natural_gradient::btd_coefficients(depth)?;
                // Every kernel has to be invertible, also those of layers that rest.
                let layers = coefficients.into_iter().enumerate();
                let mut layers = layers
                    .map(|(i, c)| Ok((i + 1, c, layer_solver(at, i + 1, 0.0)?)))
                    .collect::<Result<Vec<_>, SimulationError>>()?;
                layers.retain(|(_, c, _)| *c != 0.0);
                System::Layers(layers)
            }
            Method::Btd => tridiagonal(at, ridge)?,
            Method::BtdPinv => pseudo_inverse(at, ridge)?,
            Method::Kfac | Method::KfacScaled => self.kronecker(at, factors, curved)?,
            Method::KfacJoint if ridge == 0.0 => self.kronecker(at, (0.0, 0.0), curved)?,
            Method::KfacJoint => System::Joint {
                ridge,
                layers: (1..=depth)
                    .map(|l| {
                        let n = at.samples() as f64;
                        let (a, u) = linalg::symmetric_eigen(&(at.forward_kernel(at, l) / n))?;
                        let (b, v) = linalg::symmetric_eigen(&(at.backward_kernel(at, l) / n))?;
                        Ok(Eigenbases { a, u, b, v })
                    })
                    .collect::<Result<_, SimulationError>>()?,
            },
            Method::Unit => System::Units(
                (1..=depth).map(|l| UnitWise::new(at, l, shift)).collect::<Result<_, SimulationError>>()?,
            ),
            Method::Diag => System::Diagonal { ridge },
        })
    }

    fn kronecker(
        &self,
        at: &Tangents,
        (rho_a, rho_b): (f64, f64),
        curved: Option<&Curved>,
    ) -> Result<System, SimulationError> {
        let (depth, n) = (at.depth(), at.samples() as f64);
        let inputs = (1..=depth)
            .map(|l| {
                let kernel = at.forward_kernel(at, l);
                if l == 1 && self.low_rank_inputs && rho_a == 0.0 {
                    Solver::pseudo_inverse(&kernel)
                } else {
                    Solver::spd(&kernel, n * rho_a, &format!("the forward kernel A of layer {l}"))
                }
            })
            .collect::<Result<_, _>>()?;
        let outputs = (1..depth)
            .map(|l| {
                let kernel = at.backward_kernel(at, l);
                Solver::spd(&kernel, n * rho_b, &format!("the backward kernel B of layer {l}"))
            })
            .collect::<Result<_, _>>()?;
        let last = match curved {
            None => {
                OutputFactor::Number(if self.method == Method::KfacScaled { n } else { 1.0 } / (1.0 + rho_b))
            }
            Some(curved) if rho_b == 0.0 => OutputFactor::Inverse(curved.mean_inverse.clone()),
            Some(_) => {
                let valid = "no damping for kfac with the cross entropy";
                return Err(solvable_theory::TheoryError::invalid("damping", rho_b, valid).into());
            }
        };
        Ok(System::Kronecker { inputs, outputs, last })
    }
}

fn layer_solver(at: &Tangents, layer: usize, shift: f64) -> Result<Solver, SimulationError> {
    Solver::spd(&at.layer_kernel(layer), shift, &format!("the kernel of layer {layer}"))
}

/// The $LN\times LN$ system of the damped block tri-diagonal approximation.
fn tridiagonal(at: &Tangents, ridge: f64) -> Result<System, SimulationError> {
    let depth = at.depth();
    let size = at.classes() * at.samples();
    let kernels: Vec<Matrix> = (1..=depth).map(|l| at.layer_kernel(l)).collect();
    let ones = vec![Matrix::from_element(size, size, 1.0); depth];
    natural_gradient::check_btd_damping(&LayerKernels::new(kernels.clone(), ones)?, ridge)?;
    let mut system = Matrix::identity(depth * size, depth * size) * (at.samples() as f64 * ridge);
    for row in 0..depth {
        let neighbours = row.saturating_sub(1)..(row + 2).min(depth);
        for (column, kernel) in kernels.iter().enumerate().filter(|(column, _)| neighbours.contains(column)) {
            let mut block = system.view_mut((row * size, column * size), (size, size));
            block += kernel;
        }
    }
    Ok(System::Coupled(Solver::general(system, "the damped block tri-diagonal system")?))
}

/// $w_l=K_l^{-1}(c_l+v_la)g$ for $L=3s+2$: the Moore-Penrose step.
fn pseudo_inverse(at: &Tangents, ridge: f64) -> Result<System, SimulationError> {
    let depth = at.depth();
    if depth % 3 != 2 || ridge != 0.0 {
        return Err(solvable_theory::TheoryError::invalid(
            "method",
            format!("btd_pinv at depth {depth}, damping {ridge}"),
            "a depth of 2, 5, 8, ... without damping; btd elsewhere",
        )
        .into());
    }
    let null = |l: usize| [1f64, -1.0, 0.0][l % 3];
    let particular = |l: usize| f64::from(l % 3 == 1);
    let solvers = (1..=depth).map(|l| layer_solver(at, l, 0.0)).collect::<Result<Vec<_>, _>>()?;
    let size = at.classes() * at.samples();
    let (mut metric, mut right) = (Matrix::zeros(size, size), Matrix::zeros(size, size));
    for (l, solver) in solvers.iter().enumerate() {
        let inverse = solver.solve(&Matrix::identity(size, size));
        metric += &inverse * null(l).powi(2);
        right -= inverse * (null(l) * particular(l));
    }
    let mixing = Solver::spd(&metric, 0.0, "the metric of the null space")?.solve(&right);
    let layers = solvers
        .into_iter()
        .enumerate()
        .map(|(l, solver)| (solver, Matrix::identity(size, size) * particular(l) + &mixing * null(l)))
        .collect();
    Ok(System::Mixed(layers))
}

struct Eigenbases {
    a: Vec<f64>,
    u: Matrix,
    b: Vec<f64>,
    v: Matrix,
}

enum System {
    Identity,
    Whole(Solver),
    /// (layer, coefficient, kernel) of the layers that move.
    Layers(Vec<(usize, f64, Solver)>),
    Coupled(Solver),
    Mixed(Vec<(Solver, Matrix)>),
    Kronecker {
        inputs: Vec<Solver>,
        outputs: Vec<Solver>,
        last: OutputFactor,
    },
    Joint {
        ridge: f64,
        layers: Vec<Eigenbases>,
    },
    Units(Vec<UnitWise>),
    Diagonal {
        ridge: f64,
    },
    InputSided(InputSided),
    OutputSided(OutputSided),
}

/// The inverse of the backward factor of the output layer.
enum OutputFactor {
    Number(f64),
    Inverse(Matrix),
}

impl System {
    /// The steps for `residual` of the outputs of `at`; `outer` is the residual of the network's own outputs.
    fn steps(&self, at: &Tangents, residual: &Matrix, outer: &Matrix) -> Vec<LayerStep> {
        let samples = at.samples();
        let stacked = stacked(residual);
        let depth = at.depth();
        let nothing = |l: usize| LayerStep::Samples(Matrix::zeros(at.deltas(l).nrows(), samples));
        match self {
            Self::Identity => {
                let weights = stacked / samples as f64;
                (1..=depth).map(|l| weighted(at, l, weights.as_slice())).collect()
            }
            Self::Whole(solver) => {
                let weights = solver.solve(&stacked);
                (1..=depth).map(|l| weighted(at, l, weights.as_slice())).collect()
            }
            Self::Layers(layers) => {
                let mut steps: Vec<LayerStep> = (1..=depth).map(nothing).collect();
                for (l, coefficient, solver) in layers {
                    steps[l - 1] = weighted(at, *l, (solver.solve(&stacked) * *coefficient).as_slice());
                }
                steps
            }
            Self::Coupled(solver) => {
                let all = Matrix::from_fn(depth * stacked.len(), 1, |row, _| stacked[row % stacked.len()]);
                let weights = solver.solve(&all);
                let chunks = weights.as_slice().chunks(stacked.len());
                chunks.enumerate().map(|(l, chunk)| weighted(at, l + 1, chunk)).collect()
            }
            Self::Mixed(layers) => layers
                .iter()
                .enumerate()
                .map(|(l, (solver, mixing))| {
                    weighted(at, l + 1, solver.solve(&(mixing * &stacked)).as_slice())
                })
                .collect(),
            Self::Kronecker { inputs, outputs, last } => {
                let mut steps: Vec<LayerStep> = outputs
                    .iter()
                    .zip(inputs)
                    .enumerate()
                    .map(|(l, (output, input))| {
                        // N B⁻¹ diag(g) A⁻¹, the coefficients of (output, sample) pairs.
                        let left = output.solve(&residual_blocks(residual)) * samples as f64;
                        let coefficients = input.solve(&left.transpose()).transpose();
                        LayerStep::Samples(linalg::product(at.deltas(l + 1), &coefficients))
                    })
                    .collect();
                let input = &inputs[depth - 1];
                let pulled = input.solve(&outer.transpose()).transpose();
                steps.push(LayerStep::Samples(match last {
                    OutputFactor::Number(scale) => pulled * *scale,
                    OutputFactor::Inverse(inverse) => inverse * pulled,
                }));
                steps
            }
            Self::Joint { ridge, layers } => layers
                .iter()
                .enumerate()
                .map(|(l, Eigenbases { a, u, b, v })| {
                    let mut core = v.transpose() * residual_blocks(residual) * u;
                    for (i, mut column) in core.column_iter_mut().enumerate() {
                        for (j, value) in column.iter_mut().enumerate() {
                            // Outside the range of a kernel there is nothing but rounding.
                            let counts = a[i] > 1e-14 * a[samples - 1] && b[j] > 1e-14 * b[b.len() - 1];
                            let scale = if counts { 1.0 / (a[i] * b[j] + ridge) } else { 0.0 };
                            *value *= scale / samples as f64;
                        }
                    }
                    LayerStep::Samples(linalg::product(at.deltas(l + 1), &(v * core * u.transpose())))
                })
                .collect(),
            Self::Units(layers) => {
                layers.iter().map(|layer| LayerStep::Samples(layer.solve(at, &stacked))).collect()
            }
            Self::InputSided(rule) => rule.steps(at, residual),
            Self::OutputSided(rule) => rule.steps(at, residual),
            Self::Diagonal { ridge } => (1..=depth).map(|l| diagonal(at, l, &stacked, *ridge)).collect(),
        }
    }
}

/// A rule at one point of a network, factorized.
pub struct Prepared<'a> {
    at: &'a Tangents,
    curved: Option<Curved>,
    method: Method,
    system: System,
}

impl Prepared<'_> {
    /// The step of every layer for the residual $g$ ($C\times N$).
    pub fn steps(&self, residual: &Matrix) -> Result<Vec<LayerStep>, SimulationError> {
        let (classes, samples) = (self.at.classes(), self.at.samples());
        if residual.shape() != (classes, samples) {
            return Err(SimulationError::Shape {
                what: "residual of a step",
                expected: format!("{classes} x {samples}"),
                found: format!("{} x {}", residual.nrows(), residual.ncols()),
            });
        }
        Ok(match (&self.curved, self.method) {
            (None, _) | (Some(_), Method::Gd | Method::OneSided) => {
                self.system.steps(self.at, residual, residual)
            }
            (Some(curved), Method::OneSidedSoftmax) => {
                let fed = curved.natural_residual(residual);
                self.system.steps(self.at, &fed, &fed)
            }
            (Some(curved), _) => self.system.steps(&curved.tangents, &curved.residual(residual), residual),
        })
    }

    /// $\bar R=\frac1NJ(G+\rho I)^{-1}J^\top$ ($CN\times CN$): column by column, by taking the step.
    pub fn response_matrix(&self) -> Result<Matrix, SimulationError> {
        let (classes, samples) = (self.at.classes(), self.at.samples());
        let mut response = Matrix::zeros(classes * samples, classes * samples);
        for column in 0..classes * samples {
            let mut residual = Matrix::zeros(classes, samples);
            residual[(column / samples, column % samples)] = 1.0;
            let change = self.at.response(self.at, &self.steps(&residual)?);
            response.column_mut(column).copy_from_slice(change.transpose().as_slice());
        }
        Ok(response)
    }
}

/// $[\mathrm{diag}(g_1);\dots;\mathrm{diag}(g_C)]$ ($CN\times N$).
fn residual_blocks(residual: &Matrix) -> Matrix {
    let (classes, samples) = residual.shape();
    let mut blocks = Matrix::zeros(classes * samples, samples);
    for k in 0..classes {
        for n in 0..samples {
            blocks[(k * samples + n, n)] = residual[(k, n)];
        }
    }
    blocks
}

/// Gradient over the diagonal of $F$, entry by entry; entries without gradient stay.
fn diagonal(at: &Tangents, layer: usize, stacked: &Matrix, ridge: f64) -> LayerStep {
    let (classes, samples) = (at.classes(), at.samples());
    let (features, bias_feature) = at.features(layer);
    let deltas = at.deltas(layer);
    let LayerStep::Samples(gradient) = weighted(at, layer, stacked.as_slice()) else {
        return LayerStep::Samples(Matrix::zeros(deltas.nrows(), samples));
    };
    let mut energy = Matrix::zeros(deltas.nrows(), samples);
    for output in 0..classes * samples {
        let mut column = energy.column_mut(output % samples);
        column.iter_mut().zip(deltas.column(output).iter()).for_each(|(e, d)| *e += d * d);
    }
    let n = samples as f64;
    let ratio = |numerator: f64, denominator: f64| {
        let denominator = denominator / n + ridge;
        if denominator > 0.0 { numerator / n / denominator } else { 0.0 }
    };
    let numerators = &gradient * features.transpose();
    let denominators = &energy * features.map(|x| x * x).transpose();
    let biases = if bias_feature > 0.0 {
        let rows = gradient.row_iter().zip(energy.row_iter());
        rows.map(|(g, e)| ratio(g.sum() * bias_feature, e.sum() * bias_feature * bias_feature)).collect()
    } else {
        Vec::new()
    };
    LayerStep::Entries { weights: numerators.zip_map(&denominators, ratio), biases }
}
