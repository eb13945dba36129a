use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;

use super::{check_data, check_start, flow_rule, planted_problem, problem};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::diagonal::{DiagonalNetwork, FlowState, Penalty, PlantedSetting};

/// Flows of one network on one problem, from several initial scales and with several penalties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiagonalFlowSetting {
    /// The data.
    pub data: PlantedSetting,
    /// Values of $\alpha_0$.
    pub starts: Vec<f64>,
    /// Penalties.
    pub penalties: Vec<Penalty>,
    /// Times at which the flows are looked at; the last one ends them.
    pub times: Vec<f64>,
    /// Flows end where the loss falls below this.
    pub stop: f64,
}

impl DiagonalFlowSetting {
    /// Numbers of flows and of times.
    pub fn shape(&self) -> (usize, usize) {
        (self.starts.len() * self.penalties.len(), self.times.len())
    }

    /// $\alpha_0$ and the penalty of every flow, in their order.
    pub fn flows(&self) -> impl Iterator<Item = (f64, Penalty)> + '_ {
        self.starts.iter().flat_map(|&start| self.penalties.iter().map(move |&penalty| (start, penalty)))
    }
}

/// The states of every flow at every time.
pub struct DiagonalFlow;

/// The states of flows, for every flow and time, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiagonalFlowOutcome {
    /// The number of the problem.
    pub problem: f64,
    /// $\beta$, $d$ numbers each.
    pub beta: Vec<f64>,
    /// $\log p$, $d$ numbers each.
    pub log_p: Vec<f64>,
    /// $\int s_is_i'$, $d$ numbers each.
    pub drive: Vec<f64>,
    /// $L$.
    pub loss: Vec<f64>,
    /// $\int L\,dt$.
    pub loss_integral: Vec<f64>,
}

pub(super) fn states(
    setting: &DiagonalFlowSetting,
    number: f64,
) -> Result<Vec<Vec<FlowState>>, TrialFailure> {
    let data = planted_problem(&setting.data, number)?;
    let mut network = DiagonalNetwork::new(&data);
    let mut all = Vec::new();
    for (start, penalty) in setting.flows() {
        if !(start > 0.0 && start.is_finite()) {
            return Err(Box::new(TheoryError::invalid("starts", start, "finite numbers > 0")));
        }
        let weights = vec![start; 2 * setting.data.dimension];
        all.push(network.flow(&weights, penalty, &setting.times, flow_rule(start, setting.stop))?);
    }
    Ok(all)
}

impl Experiment for DiagonalFlow {
    type Setting = DiagonalFlowSetting;
    type Outcome = DiagonalFlowOutcome;
    const ID: &'static str = "diagonal-flow";
    const VERSION: u32 = 1;

    fn check(setting: &DiagonalFlowSetting) -> Result<(), SettingError> {
        let DiagonalFlowSetting { data, starts, penalties, times, stop } = setting;
        check_data(data)?;
        filled("starts", starts)?;
        checks::each("starts", starts, check_start)?;
        filled("penalties", penalties)?;
        penalties.iter().try_for_each(Penalty::check).map_err(|error| error.within("penalties"))?;
        filled("times", times)?;
        let ascending = times[0] > 0.0 && times.windows(2).all(|pair| pair[0] < pair[1]);
        require(ascending, "times", format!("{times:?}"), "numbers > 0 that increase")?;
        non_negative("stop", *stop)
    }

    fn run(setting: &DiagonalFlowSetting, streams: &Streams) -> Result<DiagonalFlowOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let states: Vec<FlowState> = states(setting, number)?.into_iter().flatten().collect();
        let list = |f: &dyn Fn(&FlowState) -> Vec<f64>| states.iter().flat_map(f).collect::<Vec<_>>();
        Ok(DiagonalFlowOutcome {
            problem: number,
            beta: list(&FlowState::beta),
            log_p: list(&FlowState::log_products),
            drive: list(&|s| s.drive.clone()),
            loss: list(&|s| vec![s.loss]),
            loss_integral: list(&|s| vec![s.loss_integral]),
        })
    }

    fn cost(setting: &DiagonalFlowSetting) -> f64 {
        let PlantedSetting { samples, dimension, mean, .. } = &setting.data;
        let sharpness = 1.0 + mean * mean * *dimension as f64;
        1e5 * setting.shape().0 as f64 * (samples * dimension) as f64 * sharpness
    }
}

/// The budget of the loss along flows to their end.
pub struct EntropyBudget;

/// Budgets, one for every flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntropyBudgetOutcome {
    /// The number of the problem.
    pub problem: f64,
    /// $\int L\,dt$.
    pub loss_integral: Vec<f64>,
    /// $\int[4\gamma\langle q_\epsilon,\beta-\beta_\infty\rangle-8\gamma\sum_is_is_i'(S_{\infty,i}-S_i)]dt$, $S_{\infty,i}=\sqrt{\beta_{\infty,i}^2+4p_i^2}$, in a second pass that knows the end.
    pub bracket: Vec<f64>,
    /// $\beta_\infty$, $d$ numbers each.
    pub beta: Vec<f64>,
}

impl Experiment for EntropyBudget {
    type Setting = DiagonalFlowSetting;
    type Outcome = EntropyBudgetOutcome;
    const ID: &'static str = "entropy-budget";
    const VERSION: u32 = 1;

    fn check(setting: &DiagonalFlowSetting) -> Result<(), SettingError> {
        DiagonalFlow::check(setting)
    }

    fn run(setting: &DiagonalFlowSetting, streams: &Streams) -> Result<EntropyBudgetOutcome, TrialFailure> {
        let number = problem(streams) as f64;
        let data = planted_problem(&setting.data, number)?;
        let d = setting.data.dimension;
        let (mut integrals, mut brackets, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (flow, (start, penalty)) in states(setting, number)?.iter().zip(setting.flows()) {
            let Some(end) = flow.last() else { continue };
            let beta_end = end.beta();
            let bracket = |w: &[f64], rate: &[f64], products: &[f64], slope: &nalgebra::DVector<f64>| {
                (0..d)
                    .map(|i| {
                        let (plus, minus) = (w[i], w[d + i]);
                        // g + γR is w (±2(s + γq) + 4γss'): its odd part over four is s + γq.
                        let penalised = 0.25 * (rate[i] / plus - rate[d + i] / minus) - slope[i];
                        let beta = plus * plus - minus * minus;
                        let spread = beta_end[i].hypot(2.0 * plus * minus) - (plus * plus + minus * minus);
                        4.0 * penalised * (beta - beta_end[i]) - 8.0 * penalty.gamma * products[i] * spread
                    })
                    .sum::<f64>()
            };
            let second = DiagonalNetwork::new(&data).flow_with(
                &vec![start; 2 * d],
                penalty,
                &setting.times,
                flow_rule(start, setting.stop),
                &bracket,
            )?;
            brackets.push(second.last().map_or(0.0, |s| s.integral));
            integrals.push(end.loss_integral);
            ends.extend(beta_end);
        }
        Ok(EntropyBudgetOutcome { problem: number, loss_integral: integrals, bracket: brackets, beta: ends })
    }

    fn cost(setting: &DiagonalFlowSetting) -> f64 {
        2.0 * DiagonalFlow::cost(setting)
    }
}
