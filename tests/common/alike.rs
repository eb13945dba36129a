//! JSON that is the same to the rounding of another machine.

use serde_json::Value as Json;

/// Numbers that agree to the rounding of another machine.
pub fn alike(a: &Json, b: &Json, at: &str) {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => {
            let (x, y) = (x.as_f64().expect("a number"), y.as_f64().expect("a number"));
            assert!((x - y).abs() <= 1e-6 * x.abs().max(y.abs()).max(1e-6), "{at}: {x} against {y}");
        }
        (Json::Array(x), Json::Array(y)) => {
            assert_eq!(x.len(), y.len(), "{at}");
            x.iter().zip(y).enumerate().for_each(|(k, (x, y))| alike(x, y, &format!("{at}/{k}")));
        }
        (Json::Object(x), Json::Object(y)) => {
            assert_eq!(x.keys().collect::<Vec<_>>(), y.keys().collect::<Vec<_>>(), "{at}");
            x.iter().for_each(|(key, x)| alike(x, &y[key], &format!("{at}/{key}")));
        }
        _ => assert_eq!(a, b, "{at}"),
    }
}
