//! Experiments by themselves: what they measure, and what they refuse.

#![allow(clippy::unwrap_used)]

use solvable::papers::attention_boltzmann::experiments::*;
use solvable::papers::self_paced_augmentation::experiments::*;

use solvable::simulate::augmentation::descent::*;
use solvable::simulate::augmentation::digits::*;
use solvable::simulate::augmentation::features::*;
use solvable::simulate::augmentation::images::Augmentation;
use solvable::simulate::augmentation::linear::*;
use solvable::simulate::augmentation::path::*;
use solvable::simulate::augmentation::*;
use solvable::streams::Streams;
use solvable::verify::Experiment;

#[test]
fn updates_obey_both_bounds_on_random_machines() {
    for (dimension, patterns, square) in [(16, 4, 12.0), (3, 5, 4.0), (1, 2, 9.0)] {
        let machine = RandomMachine { dimension, patterns, order: 2, square: Some(square) };
        let setting = UpdatesSetting { machine, antipodal: false, states: 20 };
        for trial in 0..20 {
            let outcome = Updates::run(&setting, &Streams::for_trial("updates", "", trial, 0)).unwrap();
            assert!(outcome.ratio <= 1.0 + 1e-12);
            assert!(outcome.decrease >= 1.0 - 1e-9);
        }
        let three = UpdatesSetting { antipodal: true, ..setting };
        let refused = Updates::run(&three, &Streams::for_trial("updates", "", 0, 0)).is_err();
        assert_eq!(refused, patterns != 2);
    }
}

fn streams() -> Streams {
    Streams::for_trial("augmented", "", 0, 0)
}

#[test]
fn outcomes_have_a_number_for_every_threshold_and_component() {
    let mut model = LinearModel::isotropic(60, 30, 1.0, 0.25);
    // So rare that none of the samples has it.
    model.noise = vec![(1.0 - 1e-12, 0.25), (1e-12, 4.0)];
    let setting = AugmentedRidgeSetting { model, s2: 1.0, taus: vec![0.1, 0.3, 0.5] };
    let outcome = AugmentedRidge::run(&setting, &streams()).unwrap();
    let o = &outcome;
    let lists =
        [&o.p, &o.r, &o.v, &o.w, &o.p_low, &o.r_low, &o.v_low, &o.w_low, &o.p_none, &o.p_all, &o.p_start];
    for list in lists {
        assert_eq!(list.len(), 3, "{outcome:?}");
    }
    let (p, components) = (&outcome.p, &outcome.p_components);
    assert!(p[0] > p[1] && p[1] > p[2]);
    assert_eq!(components.len(), 6);
    assert_eq!((components[0], components[1]), (p[0], 0.0));
    assert!(outcome.r_none > outcome.v_none);
}

#[test]
fn pairs_share_their_data() {
    let model = LinearModel::isotropic(60, 30, 1.0, 0.25);
    let setting = PairedOptimumSetting { model: model.clone(), s2: 0.5, taus: vec![0.0, 0.2], ridge: 0.5 };
    let outcome = PairedOptimum::run(&setting, &streams()).unwrap();
    // The threshold 0 is conventional augmentation.
    assert_eq!(outcome.excess[0], 0.0);
    let descent = NoisyDescent { rule: Rule::None, s2: 0.5, eta: 0.1, batch: None, steps: 2001, burn: 2000 };
    let setting =
        SelfPacedDescentSetting { model, descent, field_eta: 0.1, field_steps: 2000, field_burn: 2000 };
    let outcome = SelfPacedDescent::run(&setting, &streams()).unwrap();
    assert!(outcome.r_shift.abs() < 1e-12);
    let late = SelfPacedDescentSetting { field_burn: 2001, ..setting };
    assert!(SelfPacedDescent::run(&late, &streams()).unwrap_err().to_string().contains("field_burn"));
}

#[test]
fn descent_begins_at_the_ratio_of_its_estimator_and_ends_at_a_fixed_point() {
    let streams = Streams::for_trial("basins", "", 0, 0);
    let model = LinearModel::isotropic(60, 120, 1.0, 0.25);
    let field = MeanField { rule: Rule::Spa(0.02), s2: 1.0, eta: 0.2 };
    let setting = RidgeStartSetting { model, field, strengths: vec![0.0, 1.0], steps: 800 };
    let outcome = RidgeStart::run(&setting, &streams).unwrap();
    let (start, end) = (&outcome.p_start, &outcome.p);
    assert_eq!((start[0], end[0]), (0.0, 0.0));
    let data = setting.model.draw(&streams).unwrap();
    let path = RidgePath::new(&data).unwrap();
    assert_eq!(start[1], path.at(1.0, field.rule).unwrap().measured.ratio);
    let again = path.at(end[1], field.rule).unwrap().measured.ratio;
    assert!((again - end[1]).abs() < 0.04 && end[1] > 0.3, "{again} {end:?}");
}

#[test]
fn outcomes_carry_what_their_documentation_names() {
    let streams = Streams::for_trial("augmented", "", 0, 0);
    let model =
        FourierModel { samples: 40, dimension: 5, features: 10, ell2: 10.0, deviation: 0.3, tests: 50 };
    let training = FourierTraining { rule: Rule::Spa(0.1), s2: 0.3, ridge: 1e-3 };
    let setting = FourierFeaturesSetting { model, training, eta: 0.3, steps: 50, burn: 10 };
    let outcome = FourierFeatures::run(&setting, &streams).unwrap();
    let data = fourier_problem(&setting.model, outcome.problem).unwrap();
    let again = training.descend(&data, 0.3, 50, 10, &streams.child("descent")).unwrap();
    assert_eq!(outcome.test, again.test);
    let mut training = DigitsTraining::new(50, Augmentation::Shift);
    training.ranges = vec![3, 8];
    let setting = DigitsAugmentationSetting { training, rules: vec![Rule::None, Rule::All] };
    let outcome = DigitsAugmentation::run(&setting, &streams).unwrap();
    assert_eq!(outcome.ratios, [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(outcome.accuracy.len(), 2);
    let json = serde_json::to_string(&setting).unwrap();
    assert!(
        json.contains(r#""augmentation":"shift""#) && json.contains(r#""rules":["none","all"]"#),
        "{json}"
    );
}

#[test]
fn what_cannot_be_built_is_refused() {
    let streams = Streams::for_trial("exact", "", 0, 0);
    let simplex = SimplexSetting { patterns: 5, dimension: 4, square: 3.0, order: 1 };
    assert!(Simplex::run(&simplex, &streams).unwrap_err().to_string().contains("d = 4"));
    let large = BinaryVisibleSetting { dimension: 21, patterns: 2, order: 1 };
    assert!(BinaryVisible::run(&large, &streams).unwrap_err().to_string().contains("at most 20"));
}
