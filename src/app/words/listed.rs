//! What is said of what the catalogues list: in English what they say themselves.

use super::catalogue::{MethodWords, MetricWords, NamedWords, Table};
use super::handle::WordsOf;
use crate::evaluate::Metric;
use crate::explain::{Choice, Family, Method, Setting, TargetKind};
use crate::picture::Scaling;
use crate::render::ColorMap;

fn find<T>(table: Table<T>, id: &str) -> Option<&'static T> {
    let mut table = table.iter();
    table.find(|(one, _)| *one == id).map(|(_, words)| words)
}

impl WordsOf {
    /// What is said of a method.
    pub fn method(self, method: &Method) -> MethodWords {
        let found = self
            .catalogue()
            .and_then(|words| find(words.methods, method.id));
        match found {
            Some(found) => MethodWords { ..*found },
            None => MethodWords {
                plain_name: method.plain_name,
                summary: method.summary,
                caution: method.caution,
                cost: method.cost,
            },
        }
    }

    /// A family of methods.
    pub fn family(self, family: Family) -> &'static str {
        let place = Family::ALL.iter().position(|one| *one == family);
        let found = self.catalogue().zip(place);
        found.map_or(family.name(), |(words, place)| words.families[place])
    }

    /// What is said of a setting.
    pub fn setting(self, setting: &Setting) -> NamedWords {
        let found = self
            .catalogue()
            .and_then(|words| find(words.settings, setting.id));
        match found {
            Some(found) => NamedWords { ..*found },
            None => NamedWords {
                name: setting.name,
                summary: setting.summary,
            },
        }
    }

    /// One of the values of the setting with this id.
    pub fn choice(self, setting: &str, choice: &Choice) -> &'static str {
        let mut choices = self
            .catalogue()
            .map_or(&[][..], |words| words.choices)
            .iter();
        let found = choices.find(|(of, id, _)| *of == setting && *id == choice.id);
        found.map_or(choice.name, |(_, _, name)| name)
    }

    /// A kind of questions.
    pub fn question(self, kind: &TargetKind) -> &'static str {
        let found = self
            .catalogue()
            .and_then(|words| find(words.questions, kind.id));
        found.map_or(kind.question, |question| question)
    }

    /// What is said of a metric.
    pub fn metric(self, metric: &Metric) -> MetricWords {
        let found = self
            .catalogue()
            .and_then(|words| find(words.metrics, metric.id));
        match found {
            Some(found) => MetricWords { ..*found },
            None => MetricWords {
                name: metric.name,
                question: metric.question,
                caution: metric.caution,
            },
        }
    }

    /// What is said of a scaling.
    pub fn scaling(self, scaling: &Scaling) -> NamedWords {
        let found = self
            .catalogue()
            .and_then(|words| find(words.scalings, scaling.id));
        match found {
            Some(found) => NamedWords { ..*found },
            None => NamedWords {
                name: scaling.name,
                summary: scaling.summary,
            },
        }
    }

    /// A colour map.
    pub fn colour_map(self, map: ColorMap) -> &'static str {
        let found = self
            .catalogue()
            .and_then(|words| find(words.colour_maps, map.id()));
        found.map_or(map.name(), |name| name)
    }
}
