//! Fields of settings by their names, as users change them.

use serde_json::{Value as Json, json};

use super::setting::SettingError;

/// A name for what several fields of a setting say together: the depth of a network is the length of its list of widths.
#[derive(Debug, Clone, Copy)]
pub struct Knob {
    /// The name, used like that of a field.
    pub name: &'static str,
    /// What it changes, in words.
    pub meaning: &'static str,
    /// Turns a setting to a value; `false` where the setting has nothing to turn, or the value is none.
    pub turn: fn(&mut Json, &Json) -> bool,
}

/// Sets the field at `path` (`network.widths`, `taus.0`), or turns the knob of that name where the setting has no such field. A
/// number for a list is a list of one; `2*model.samples` is a multiple of another field.
///
/// # Errors
/// A path that leads nowhere. What a field may hold is not said here.
pub fn assign(setting: &mut Json, path: &str, value: &Json, knobs: &[Knob]) -> Result<(), SettingError> {
    let value = &multiple(setting, path, value)?;
    let known = setting.get(path).is_some() || path.contains('.');
    if let Some(knob) = knobs.iter().find(|knob| !known && knob.name == path) {
        let turned = (knob.turn)(setting, value);
        return if turned { Ok(()) } else { Err(SettingError::invalid(path, value, knob.meaning)) };
    }
    let place = place(setting, path)?;
    // A list of one is spelt like a number.
    *place = if place.is_array() && !value.is_array() { json!([value]) } else { value.clone() };
    Ok(())
}

/// Changes in the order in which they are made: what replaces a whole part of a setting, then what changes something in it, as given among
/// themselves.
pub fn in_order<'a>(
    changes: impl IntoIterator<Item = (&'a String, &'a Json)>,
) -> Vec<(&'a String, &'a Json)> {
    let mut changes: Vec<_> = changes.into_iter().collect();
    changes.sort_by_key(|(_, value)| !value.is_object());
    changes
}

/// The value of `2*model.samples` in `setting`, whole where the factor and the field are; other values are themselves.
fn multiple(setting: &Json, path: &str, value: &Json) -> Result<Json, SettingError> {
    let product = value.as_str().and_then(|text| {
        let (factor, field) = text.split_once('*')?;
        Some((factor.trim().parse::<f64>().ok()?, field.trim()))
    });
    let Some((factor, field)) = product else { return Ok(value.clone()) };
    let other = setting.pointer(&format!("/{}", field.replace('.', "/")));
    let Some(number) = other.and_then(Json::as_f64) else {
        return Err(SettingError::invalid(path, value, format!("a multiple of a number; `{field}` is none")));
    };
    let result = factor * number;
    let whole = other.is_some_and(Json::is_u64) && result >= 0.0;
    Ok(if whole { json!(result.round() as u64) } else { json!(result) })
}

/// Where `path` points in `setting`. A field that is left out of the JSON because it is not set can be set all the same.
fn place<'a>(setting: &'a mut Json, path: &str) -> Result<&'a mut Json, SettingError> {
    let (outer, last) = path.rsplit_once('.').map_or((None, path), |(outer, last)| (Some(outer), last));
    let parent = match outer {
        Some(outer) => place(setting, outer)?,
        None => setting,
    };
    let nowhere = |reason: String| SettingError::Unreadable { field: path.to_owned(), reason };
    match parent {
        Json::Object(fields) => Ok(fields.entry(last).or_insert(Json::Null)),
        Json::Array(items) => {
            let length = items.len();
            let index = last.parse::<usize>().ok().filter(|index| *index < length);
            index
                .and_then(|index| items.get_mut(index))
                .ok_or_else(|| nowhere(format!("the list has {length} entries, counted from 0")))
        }
        _ => Err(nowhere(format!("`{}` has no parts", outer.unwrap_or(path)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: Knob = Knob {
        name: "width",
        meaning: "all widths",
        turn: |setting, value| match setting.pointer_mut("/network/widths") {
            Some(Json::Array(widths)) => {
                widths.iter_mut().for_each(|width| *width = value.clone());
                true
            }
            _ => false,
        },
    };

    #[test]
    fn fields_knobs_and_multiples_are_set() {
        let mut setting = json!({"network": {"widths": [4, 4, 1]}, "taus": [0.1], "samples": 20});
        for (path, value) in [
            ("width", json!(64)),
            ("taus", json!(0.5)),
            ("network.widths.2", json!(3)),
            ("samples", json!("0.25*network.widths.0")),
            ("absent", json!(1)),
        ] {
            assign(&mut setting, path, &value, &[WIDTH]).unwrap();
        }
        assert_eq!(
            setting,
            json!({"network": {"widths": [64, 64, 3]}, "taus": [0.5], "samples": 16, "absent": 1})
        );
        for (path, value) in
            [("taus.7", json!(1)), ("samples.most", json!(1)), ("samples", json!("2*network"))]
        {
            let error = assign(&mut setting, path, &value, &[WIDTH]).unwrap_err().to_string();
            assert!(error.contains(path), "{error}");
        }
        // A field of the knob's name comes first.
        let mut plain = json!({"taus": 3});
        let refused = assign(&mut plain, "width", &json!(5), &[WIDTH]).unwrap_err().to_string();
        assert_eq!(refused, "field `width` is 5; valid: all widths");
        let mut plain = json!({"width": 3});
        assign(&mut plain, "width", &json!(5), &[WIDTH]).unwrap();
        assert_eq!(plain, json!({"width": 5}));
    }
}
