//! A task learnt twice by convolutional and residual networks.

use serde_json::json;
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;
use solvable_theory::any_architecture::Blueprint;
use solvable_theory::bibliography::KARAKIDA_2022_CONTINUAL;

use crate::experiments::{LayeredTasks, LayeredTasksSetting};

pub(super) fn all() -> Vec<Claim> {
    vec![forgetting()]
}

/// Images that are drawn from, and tested.
pub(crate) const POPULATION: usize = 300;
/// Images of the first set.
pub(crate) const FIRST: usize = 60;

/// Sets of images on which kernels forget most among the first twelve.
pub(crate) const SETS: [u64; 3] = [9, 10, 11];

/// Small networks on digits by name.
pub(crate) const NETWORKS: [&str; 2] = ["CNN", "ResNet"];

/// One of them, learning `second` images behind the first [`FIRST`].
pub(crate) fn twice(
    name: &str,
    width: usize,
    second: usize,
    set: u64,
) -> Result<LayeredTasksSetting, JudgeError> {
    let conv = |filter: usize, stride: usize| {
        let (filter, stride) = ([filter, filter], [stride, stride]);
        json!({"conv": {"channels": width, "filter": filter, "stride": stride, "padding": "same"}})
    };
    let mut layers = vec![conv(3, 2), json!("relu"), conv(3, 2)];
    if name == "ResNet" {
        layers.push(json!({"residual": {"branch": ["relu", conv(2, 1)]}}));
    }
    layers.extend([json!("relu"), json!("flatten"), json!({"dense": 1})]);
    let network = Blueprint::read(&json!({
        "input": {"grid": [8, 8], "channels": 1}, "sigma_w2": 2.0, "sigma_b2": 0.05, "train_bias": true, "layers": layers,
    }))?;
    Ok(LayeredTasksSetting { network, population: POPULATION, samples: [FIRST, second], set, scale: 0.1 })
}

fn forgetting() -> Claim {
    Claim::about::<LayeredTasks>(
        "arch/continual",
        "Even or odd digits, learnt twice: where few images the second time make their kernel forget, convolutional networks forget as much",
    )
    .formula(r"\frac{E_2}{E_1}>1\text{ for }N_2\ll N_1,\ \text{by regression with the kernel at infinite width on the same images}")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let (width, trials) = by(profile, (48, 32), (192, 24));
        let mut cases = Vec::new();
        for name in NETWORKS {
            for &set in by(profile, &SETS[..1], &SETS[..]) {
                let setting = twice(name, width, FIRST / 10, set)?;
                cases.push(At::setting(format!("{name} M={width} set {set}"), setting, trials));
            }
        }
        Ok(cases)
    })
    .measure(|_, o| Ok(o.errors[1] / o.errors[0]))
    .predict(|s| {
        let kernel = s.kernel_regression()?;
        Ok(kernel.errors[1] / kernel.errors[0])
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.06)))
    .rival("nothing forgotten", |_| Ok(1.0))
    .rival("a cold start", |s| {
        let kernel = s.kernel_regression()?;
        Ok(kernel.alone / kernel.errors[0])
    })
    .rival("all images at once", |s| {
        let kernel = s.kernel_regression()?;
        Ok(kernel.joint / kernel.errors[0])
    })
    .finish()
}
