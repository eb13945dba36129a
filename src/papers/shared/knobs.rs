//! Knobs of networks: what their lists of widths and of modes say together.

use serde_json::Value as Json;
use solvable_engine::verify::Knob;

/// The width, the depth and the outputs of a network.
pub const NETWORK: &[Knob] = &[
    Knob {
        name: "width",
        meaning: "units of every hidden layer, and inputs where they are as many",
        turn: width,
    },
    Knob {
        name: "depth",
        meaning: "layers of weights; the hidden ones are like the last of them",
        turn: depth,
    },
    Knob { name: "outputs", meaning: "units of the last layer", turn: outputs },
];

fn width(setting: &mut Json, value: &Json) -> bool {
    let Some(Json::Array(widths)) = setting.pointer_mut("/network/widths") else { return false };
    let last = widths.len().saturating_sub(1);
    let Some(hidden) = last.checked_sub(1).and_then(|k| widths.get(k)).cloned() else { return false };
    for (layer, of_layer) in widths.iter_mut().enumerate().take(last) {
        if layer > 0 || *of_layer == hidden {
            *of_layer = value.clone();
        }
    }
    true
}

fn outputs(setting: &mut Json, value: &Json) -> bool {
    let widths = setting.pointer_mut("/network/widths").and_then(Json::as_array_mut);
    widths.and_then(|widths| widths.last_mut()).map(|last| *last = value.clone()).is_some()
}

fn depth(setting: &mut Json, value: &Json) -> bool {
    let Some(depth) = value.as_u64().map(|depth| depth as usize).filter(|depth| (1..=10_000).contains(depth))
    else {
        return false;
    };
    // A list of widths has the inputs too.
    let lists = [("/network/widths", depth + 1), ("/network/modes", depth)];
    let mut turned = false;
    for (path, length) in lists {
        let Some(Json::Array(list)) = setting.pointer_mut(path) else { continue };
        // The hidden layer next to the last one is repeated or taken away.
        while list.len() > length && list.len() > 1 {
            list.remove(list.len() - 2);
        }
        while list.len() < length && !list.is_empty() {
            let before = list.len().saturating_sub(2);
            let copy = list[before].clone();
            list.insert(list.len() - 1, copy);
        }
        turned = true;
    }
    turned
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use solvable_engine::verify::assign;

    use super::*;

    #[test]
    fn networks_are_widened_and_deepened() {
        let network =
            |widths: Json, modes: Json| json!({"network": {"widths": widths, "modes": modes}, "samples": 9});
        let turned = |mut setting: Json, knob: &str, value: u64| {
            assign(&mut setting, knob, &json!(value), NETWORK).unwrap();
            setting
        };
        let three = network(json!([8, 8, 8, 2]), json!(["none", "none", "bn"]));
        assert_eq!(
            turned(three.clone(), "width", 5),
            network(json!([5, 5, 5, 2]), json!(["none", "none", "bn"]))
        );
        assert_eq!(
            turned(three.clone(), "depth", 4),
            network(json!([8, 8, 8, 8, 2]), json!(["none", "none", "none", "bn"]))
        );
        assert_eq!(turned(three.clone(), "depth", 2), network(json!([8, 8, 2]), json!(["none", "bn"])));
        assert_eq!(turned(three.clone(), "depth", 1), network(json!([8, 2]), json!(["bn"])));
        assert_eq!(
            turned(three.clone(), "outputs", 7),
            network(json!([8, 8, 8, 7]), json!(["none", "none", "bn"]))
        );
        let inputs = network(json!([64, 8, 8, 1]), json!(["ms", "ms", "none"]));
        assert_eq!(turned(inputs, "width", 5), network(json!([64, 5, 5, 1]), json!(["ms", "ms", "none"])));
    }
}
