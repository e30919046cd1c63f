//! Settings of methods: declared once, and used by the page, the command line, the manifest
//! and the documentation.

use std::fmt;

use super::error::ExplainError;
use crate::decimal::{decimal, parse_decimal};

/// A setting as a method declares it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Short and stable, for flags and the URL.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    pub kind: SettingKind,
}

/// What values a setting takes, and which one if nobody says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingKind {
    Integer {
        min: u32,
        max: u32,
        default: u32,
        unit: &'static str,
    },
    Real {
        min: f64,
        max: f64,
        default: f64,
        unit: &'static str,
    },
    /// The first is the default.
    Choice(&'static [Choice]),
}

/// One of the values of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
}

pub const BLACK: &str = "black";
pub const GREY: &str = "grey";
pub const MEAN_COLOUR: &str = "mean-colour";
pub const BLURRED: &str = "blurred";
pub const ZERO: &str = "zero";

/// What stands for "nothing is to be seen" in a picture.
pub const BASELINE: Setting = Setting {
    id: "baseline",
    name: "Baseline",
    summary: "What stands for a picture, or a part of it, in which nothing is to be seen. It \
              matters: against black, what is black does not count.",
    kind: SettingKind::Choice(&[
        Choice {
            id: GREY,
            name: "grey",
        },
        Choice {
            id: BLACK,
            name: "black",
        },
        Choice {
            id: BLURRED,
            name: "the picture blurred",
        },
        Choice {
            id: MEAN_COLOUR,
            name: "its mean colour",
        },
        Choice {
            id: ZERO,
            name: "values of 0",
        },
    ]),
};

/// The value of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingValue {
    Number(f64),
    Choice(&'static str),
}

impl fmt::Display for SettingValue {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SettingValue::Number(number) => formatter.write_str(&decimal(*number)),
            SettingValue::Choice(id) => formatter.write_str(id),
        }
    }
}

impl Setting {
    /// The value if nobody says one.
    pub fn default(&self) -> SettingValue {
        match self.kind {
            SettingKind::Integer { default, .. } => SettingValue::Number(f64::from(default)),
            SettingKind::Real { default, .. } => SettingValue::Number(default),
            SettingKind::Choice(choices) => {
                SettingValue::Choice(choices.first().map_or("", |choice| choice.id))
            }
        }
    }

    /// What values it takes: "a whole number from 1 to 1000".
    pub fn range(&self) -> String {
        match self.kind {
            SettingKind::Integer { min, max, .. } => {
                format!("a whole number from {min} to {max}")
            }
            SettingKind::Real { min, max, .. } => {
                format!("a number from {} to {}", decimal(min), decimal(max))
            }
            SettingKind::Choice(choices) => {
                let ids: Vec<&str> = choices.iter().map(|choice| choice.id).collect();
                format!("one of: {}", ids.join(", "))
            }
        }
    }

    fn parse(&self, text: &str) -> Result<SettingValue, ExplainError> {
        let wrong = || ExplainError::Setting {
            setting: self.id,
            value: text.to_owned(),
            wanted: self.range(),
        };
        let number = |min: f64, max: f64| {
            let number = parse_decimal(text.trim());
            number.filter(|number| (min..=max).contains(number))
        };
        let value = match self.kind {
            SettingKind::Integer { min, max, .. } => number(min.into(), max.into())
                .filter(|number| number.fract() == 0.0)
                .map(SettingValue::Number),
            SettingKind::Real { min, max, .. } => number(min, max).map(SettingValue::Number),
            SettingKind::Choice(choices) => {
                let found = choices.iter().find(|choice| choice.id == text.trim());
                found.map(|choice| SettingValue::Choice(choice.id))
            }
        };
        value.ok_or_else(wrong)
    }
}

/// The settings of one explanation: a value for each that its method declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    values: Vec<(&'static Setting, SettingValue)>,
}

impl Settings {
    /// The values of a method's settings: what was said, else the default. What is said of a
    /// setting twice counts as it was said last.
    ///
    /// # Errors
    /// [`ExplainError::UnknownSetting`], or [`ExplainError::Setting`] for a value out of
    /// range.
    pub fn new<'a>(
        method: &'static str,
        declared: impl Iterator<Item = &'static Setting>,
        said: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Settings, ExplainError> {
        let mut values: Vec<_> = declared
            .map(|setting| (setting, setting.default()))
            .collect();
        for (id, text) in said {
            let known = values.iter_mut().find(|(setting, _)| setting.id == id);
            match known {
                Some((setting, value)) => *value = setting.parse(text)?,
                None => {
                    let ids: Vec<&str> = values.iter().map(|(setting, _)| setting.id).collect();
                    return Err(ExplainError::UnknownSetting {
                        method,
                        wanted: id.to_owned(),
                        known: match ids.as_slice() {
                            [] => "it has none".to_owned(),
                            ids => format!("it has: {}", ids.join(", ")),
                        },
                    });
                }
            }
        }
        Ok(Settings { values })
    }

    /// Every setting with its value, in the order of the declaration.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, SettingValue)> {
        self.values
            .iter()
            .map(|(setting, value)| (setting.id, *value))
    }

    /// Those that are not the default.
    pub fn changed(&self) -> impl Iterator<Item = (&'static str, SettingValue)> {
        let changed = self.values.iter();
        changed
            .filter(|(setting, value)| *value != setting.default())
            .map(|(setting, value)| (setting.id, *value))
    }

    /// A number. 0 for a setting that the method does not declare.
    pub fn real(&self, id: &str) -> f64 {
        match self.find(id) {
            Some(SettingValue::Number(number)) => number,
            _ => 0.0,
        }
    }

    /// A whole number. 0 for a setting that the method does not declare.
    pub fn integer(&self, id: &str) -> usize {
        self.real(id) as usize
    }

    /// The id of a choice. Empty for a setting that the method does not declare.
    pub fn choice(&self, id: &str) -> &'static str {
        match self.find(id) {
            Some(SettingValue::Choice(id)) => id,
            _ => "",
        }
    }

    fn find(&self, id: &str) -> Option<SettingValue> {
        let found = self.values.iter().find(|(setting, _)| setting.id == id);
        found.map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SETTINGS: [Setting; 2] = [
        Setting {
            id: "steps",
            name: "Steps",
            summary: "",
            kind: SettingKind::Integer {
                min: 1,
                max: 10,
                default: 4,
                unit: "",
            },
        },
        Setting {
            id: "baseline",
            name: "Baseline",
            summary: "",
            kind: SettingKind::Choice(&[
                Choice {
                    id: "black",
                    name: "",
                },
                Choice {
                    id: "grey",
                    name: "",
                },
            ]),
        },
    ];

    fn settings(said: &[(&str, &str)]) -> Result<Settings, String> {
        let settings = Settings::new("m", SETTINGS.iter(), said.iter().copied());
        settings.map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_said_counts_and_else_the_default() {
        let found = settings(&[("steps", "7"), ("steps", "8")]).unwrap();
        assert_eq!(
            (found.integer("steps"), found.choice("baseline")),
            (8, "black")
        );
        assert_eq!(found.changed().count(), 1);
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_the_range() {
        for value in ["0", "11", "2.5", "NaN", "many", ""] {
            let error = settings(&[("steps", value)]).unwrap_err();
            assert!(error.contains("from 1 to 10"), "{error}");
        }
        let error = settings(&[("baseline", "red")]).unwrap_err();
        assert!(error.contains("black, grey"), "{error}");
        let error = settings(&[("colour", "red")]).unwrap_err();
        assert!(error.contains("steps, baseline"), "{error}");
    }
}
