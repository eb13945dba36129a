//! Response matrices: what one step does to the outputs, and what many steps do.

use nalgebra::{DMatrix, DVector};

use super::kernels::LayerKernels;
use super::linear::{Definite, eigen};
use super::one_sided::Layers;
use super::partial::{partial_response, scaled_response};
use super::tridiagonal::{btd_coefficients, btd_response, check_btd_damping, pinv_response};
use super::{Damping, Method, alpha, isotropy::for_cross_entropy};
use crate::TheoryError;
use crate::error::{finite, representable};

const DAMP: &str = "remove duplicates, or damp the method";
const FACTORS: &str = "use at most as many samples as dimensions or units, damp the method, or, for inputs alone, the \
    leverages of ngd/kfac-leverage";

/// The test kernel $k(x',X)$ (test rows by training columns) of an isotropic method without damping:
/// $f_t(x')=f_0(x')+[1-(1-\eta\alpha)^t]\,k(x',X)(y-f_0)$.
///
/// # Formula
/// exact $K(x',X)K^{-1}$; bd $\frac1L\sum_lK_l(x',X)K_l^{-1}$; btd $\frac1\alpha\sum_lc_lK_l(x',X)K_l^{-1}$; kfac
/// $\frac1{N(L-1)+1}[N\sum_{l<L}\mathcal A_l\circ\mathcal B_l+\mathcal A_L]$ with $\mathcal A_l=A_l(x',X)A_l^{-1}$,
/// $\mathcal B_l=B_l(x',X)B_l^{-1}$; kfac_scaled $\frac1L[\sum_{l<L}\mathcal A_l\circ\mathcal B_l+\mathcal A_L]$; btd_pinv
/// the Moore-Penrose step of the notes; one_sided and one_sided_scaled $\sum_l\mathcal A_l\circ B_l(x',X)$, output_sided
/// $\sum_{l<L}A_l(x',X)\circ\mathcal B_l$, each column over its rate $\alpha_n$ ([`sample_rates`](super::sample_rates), at infinite width all
/// $\alpha$); last $\mathcal A_L$. At a training input it is a unit vector.
///
/// # Errors
/// Kernels that do not fit each other; a kernel that must be inverted and is singular (smallest eigenvalue below
/// $10^{-12}$ of the largest); the errors of [`alpha`].
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Method, cross_kernels, test_kernel, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 4, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// let cross = cross_kernels(&scales, 4, &dmatrix![0.8, 0.3])?;
/// let kernel = test_kernel(Method::Btd, &train, &cross)?;
/// assert!((kernel[(0, 0)] - 0.6437015000201052).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn test_kernel(
    method: Method,
    train: &LayerKernels,
    cross: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    train.square()?.matches(cross)?;
    if let Some(layers) = Layers::of(method, train.depth()) {
        return scaled_response(&layers?, 0.0, train, cross);
    }
    let (depth, samples) = (train.depth(), train.columns());
    let alpha = alpha(method, depth, samples)?;
    let layer = |l: usize| {
        let kernel = Definite::new(&train.tangent(l), &format!("the kernel of layer {l}"), DAMP)?;
        Ok::<_, TheoryError>(kernel.solve_right(&cross.tangent(l)))
    };
    let zero = DMatrix::zeros(cross.rows(), samples);
    let response = match method {
        Method::Exact => {
            Definite::new(&train.total(), "the tangent kernel", DAMP)?.solve_right(&cross.total())
        }
        Method::Bd => (1..=depth).try_fold(zero, |sum, l| Ok::<_, TheoryError>(sum + layer(l)?))?,
        Method::Btd => {
            let coefficients = btd_coefficients(depth)?;
            (1..=depth)
                .try_fold(zero, |sum, l| Ok::<_, TheoryError>(sum + layer(l)? * coefficients[l - 1]))?
        }
        Method::BtdPinv => pinv_response(train, cross)?,
        _ => kronecker(method, train, cross, (0.0, 0.0))?,
    };
    Ok(response / alpha)
}

/// $N\sum_{l<L}[A_l(x',X)(A_l+N\rho_A)^{-1}]\circ[B_l(x',X)(B_l+N\rho_B)^{-1}]+\frac s{1+\rho_B}A_L(x',X)(A_L+N\rho_A)^{-1}$, $s=N$
/// for kfac_scaled and else 1.
fn kronecker(
    method: Method,
    train: &LayerKernels,
    rows: &LayerKernels,
    (rho_a, rho_b): (f64, f64),
) -> Result<DMatrix<f64>, TheoryError> {
    let (depth, n) = (train.depth(), train.columns() as f64);
    let last = if method == Method::KfacScaled { n } else { 1.0 } / (1.0 + rho_b);
    let forward = |l: usize| {
        let inverse = Definite::damped(
            train.forward(l),
            n * rho_a,
            &format!("the forward kernel A of layer {l}"),
            FACTORS,
        )?;
        Ok::<_, TheoryError>(inverse.solve_right(rows.forward(l)))
    };
    let output = forward(depth)? * last;
    (1..depth).try_fold(output, |sum, l| {
        let what = format!("the backward kernel B of layer {l}");
        let inverse = Definite::damped(train.backward(l), n * rho_b, &what, FACTORS)?;
        Ok(sum + forward(l)?.component_mul(&inverse.solve_right(rows.backward(l))) * n)
    })
}

/// The response $R(x',X)=\frac1NJ(x')(G+\rho I)^{-1}J(X)^\top$ of damped dynamics between the samples of `rows` and the
/// training samples; with `rows` = `train` the matrix $\bar R$ of $g_{t+1}=(I-\eta\bar R)g_t$.
///
/// # Formula
/// gd $K(x',X)/N$; exact $K(x',X)(K+N\rho)^{-1}$; bd $\sum_lK_l(x',X)(K_l+N\rho)^{-1}$; btd
/// $\sum_lK_l(x',X)w_l$ with $\sum_mT_{lm}K_mw_m+N\rho w_l=I$; kfac with factored damping
/// $N\sum_{l<L}[A_l(x',X)(A_l+N\rho_A)^{-1}]\circ[B_l(x',X)(B_l+N\rho_B)^{-1}]+\frac1{1+\rho_B}A_L(x',X)(A_L+N\rho_A)^{-1}$
/// (one strength $\rho$ means $\rho_A=\rho_B=\sqrt\rho$); kfac_joint in the eigenbases of $A_l/N$ and $B_l/N$; one_sided, last and
/// output_sided [`partial_response`] of their layers, one_sided_scaled the same with columns over their rates. Without
/// damping $\alpha\,k(x',X)$ of [`test_kernel`].
///
/// # Errors
/// A negative strength, a kind of damping that the method does not have, poles of btd
/// ([`check_btd_damping`](super::check_btd_damping)); those of [`test_kernel`]; unit and diag, which need more than layer
/// kernels.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Damping, Method, response, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// let response = response(Method::Btd, Damping::Ridge(0.01), &train, &train)?;
/// assert!((response[(0, 0)] - 0.9864414007372659).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn response(
    method: Method,
    damping: Damping,
    train: &LayerKernels,
    rows: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    train.square()?.matches(rows)?;
    let n = train.columns() as f64;
    let no_such = |valid: &str| TheoryError::invalid("damping", format!("{damping:?} for {method}"), valid);
    if let Some(layers) = Layers::of(method, train.depth()) {
        let rho = match damping.checked()? {
            Damping::None => 0.0,
            Damping::Ridge(rho) => rho,
            Damping::Factored(..) => return Err(no_such("one strength rho: one factor alone is inverted")),
        };
        return match method {
            Method::OneSidedScaled => scaled_response(&layers?, rho, train, rows),
            _ => partial_response(&layers?, rho, 0.0, train, rows),
        };
    }
    let strength = match (method, damping.checked()?) {
        (Method::Gd, Damping::None | Damping::Ridge(0.0)) => return Ok(rows.total() / n),
        (Method::Gd, _) => return Err(no_such("none: gradient descent inverts nothing")),
        (Method::Unit | Method::Diag, _) => {
            return Err(TheoryError::undefined(
                format!("the response of {method} from layer kernels"),
                "it needs the signals of single units",
            ));
        }
        (Method::OneSidedSoftmax, _) => return Err(for_cross_entropy("the response")),
        // The limit of vanishing damping where the undamped method is not defined.
        (Method::Btd, Damping::Ridge(0.0)) if train.depth() % 3 == 2 => 0.0,
        (_, Damping::None | Damping::Ridge(0.0)) => return undamped(method, train, rows),
        (Method::Kfac | Method::KfacScaled, damping) => {
            let (rho_a, rho_b) = match damping {
                Damping::Factored(rho_a, rho_b) => (rho_a, rho_b),
                Damping::Ridge(rho) => (rho.sqrt(), rho.sqrt()),
                Damping::None => (0.0, 0.0),
            };
            return kronecker(method, train, rows, (rho_a, rho_b));
        }
        (_, Damping::Factored(..)) => {
            return Err(no_such("one strength rho; two are for kfac and kfac_scaled"));
        }
        (_, Damping::Ridge(rho)) => rho,
    };
    let shift = representable("N rho", n * strength)?;
    let layers = 1..=train.depth();
    match method {
        Method::Exact => {
            Ok(Definite::damped(&train.total(), shift, "the tangent kernel", DAMP)?
                .solve_right(&rows.total()))
        }
        Method::Bd => layers.clone().try_fold(DMatrix::zeros(rows.rows(), train.columns()), |sum, l| {
            let kernel =
                Definite::damped(&train.tangent(l), shift, &format!("the kernel of layer {l}"), DAMP)?;
            Ok(sum + kernel.solve_right(&rows.tangent(l)))
        }),
        Method::Btd => {
            check_btd_damping(train, strength)?;
            btd_response(train, rows, strength)
        }
        Method::BtdPinv => Err(no_such("none: use btd with damping")),
        _ => layers.clone().try_fold(DMatrix::zeros(rows.rows(), train.columns()), |sum, l| {
            Ok(sum + joint(train, rows, l, strength)?)
        }),
    }
}

fn undamped(method: Method, train: &LayerKernels, rows: &LayerKernels) -> Result<DMatrix<f64>, TheoryError> {
    Ok(test_kernel(method, train, rows)? * alpha(method, train.depth(), train.columns())?)
}

/// $R_l[x',q]=\frac1N\sum_{ij}\frac{(A_l(x',X)U)_i(B_l(x',X)V)_jU_{qi}V_{qj}}{a_ib_j+\rho}$.
fn joint(
    train: &LayerKernels,
    rows: &LayerKernels,
    layer: usize,
    rho: f64,
) -> Result<DMatrix<f64>, TheoryError> {
    let n = train.columns();
    let (a, u) = eigen(&(train.forward(layer) / n as f64), "a forward kernel")?;
    let (b, v) = eigen(&(train.backward(layer) / n as f64), "a backward kernel")?;
    let (left_a, left_b) = (rows.forward(layer) * &u, rows.backward(layer) * &v);
    // Directions outside the range of a kernel carry nothing but rounding, which a small damping would blow up.
    let null = [a[n - 1] * 1e-14, b[n - 1] * 1e-14];
    let weights = DMatrix::from_fn(n, n, |i, j| {
        let counts = a[i] > null[0] && b[j] > null[1];
        if counts { 1.0 / (n as f64 * (a[i] * b[j] + rho)) } else { 0.0 }
    });
    Ok(DMatrix::from_fn(rows.rows(), n, |p, q| {
        let on_a = DVector::from_fn(n, |i, _| left_a[(p, i)] * u[(q, i)]);
        let on_b = DVector::from_fn(n, |j, _| left_b[(p, j)] * v[(q, j)]);
        (on_a.transpose() * &weights * on_b)[0]
    }))
}

/// The residuals $g_0,\dots,g_T$ of $g_{t+1}=(I-\eta\bar R)g_t$.
///
/// # Errors
/// A learning rate that is not finite, shapes that do not fit, overflow.
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::natural_gradient::residuals;
/// let curve = residuals(&dmatrix![3.0, 0.0; 0.0, 3.0], 1.0 / 6.0, &dvector![1.0, -2.0], 2)?;
/// assert!((curve[2][1] + 0.5).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn residuals(
    response: &DMatrix<f64>,
    eta: f64,
    start: &DVector<f64>,
    steps: usize,
) -> Result<Vec<DVector<f64>>, TheoryError> {
    finite("eta", eta)?;
    if response.shape() != (start.len(), start.len()) {
        let found = format!("{} entries for a response of {:?}", start.len(), response.shape());
        return Err(TheoryError::invalid("g0", found, "one entry for every row of a square response matrix"));
    }
    let mut curve = vec![start.clone()];
    for _ in 0..steps {
        let last = &curve[curve.len() - 1];
        let next = last - response * last * eta;
        for x in next.iter() {
            representable("a residual", *x)?;
        }
        curve.push(next);
    }
    Ok(curve)
}

/// The increments $f_t(x')-f_0(x')=-\eta R(x',X)\sum_{s<t}g_s$ for $t=1..T$.
///
/// # Errors
/// Those of [`residuals`]; a test response with another number of columns.
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::natural_gradient::increments;
/// let curve = increments(&dmatrix![1.0], &dmatrix![0.5], 0.5, &dvector![2.0], 2)?;
/// assert_eq!((curve[0][0], curve[1][0]), (-0.5, -0.75));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn increments(
    train: &DMatrix<f64>,
    test: &DMatrix<f64>,
    eta: f64,
    start: &DVector<f64>,
    steps: usize,
) -> Result<Vec<DVector<f64>>, TheoryError> {
    if test.ncols() != train.nrows() {
        let found = format!("{} columns", test.ncols());
        return Err(TheoryError::invalid("test response", found, format!("{} columns", train.nrows())));
    }
    let mut sum = DVector::zeros(start.len());
    let curve = residuals(train, eta, start, steps)?;
    Ok(curve[..steps]
        .iter()
        .map(|g| {
            sum += g;
            test * &sum * -eta
        })
        .collect())
}

/// The largest stable rate $2/\lambda_{\max}(\bar R)$ of a symmetric response with eigenvalues above 0.
///
/// # Errors
/// A response with an eigenvalue that is not positive, for which no rate is stable in all directions.
///
/// # Source
/// Karakida and Osawa (2020).
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::natural_gradient::stable_step;
/// assert_eq!(stable_step(&dmatrix![4.0, 0.0; 0.0, 1.0])?, 0.5);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn stable_step(response: &DMatrix<f64>) -> Result<f64, TheoryError> {
    if response.nrows() != response.ncols() || response.is_empty() {
        return Err(TheoryError::invalid("response", format!("{:?}", response.shape()), "a square matrix"));
    }
    let (values, _) = eigen(&((response + response.transpose()) * 0.5), "the response")?;
    if values[0] > 0.0 {
        Ok(2.0 / values[values.len() - 1])
    } else {
        let reason =
            format!("it has the eigenvalue {:.3e}: a step in any direction cannot be stable", values[0]);
        Err(TheoryError::undefined("the stable rate of the response", reason))
    }
}
