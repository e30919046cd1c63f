//! What is said of what the catalogues list: in English what they say themselves.

use super::catalogue::{CatalogueWords, MethodWords, MetricWords, NamedWords, Table};
use super::handle::WordsOf;
use crate::evaluate::Metric;
use crate::explain::{Choice, Family, Method, Setting, TargetKind};
use crate::picture::Scaling;
use crate::render::ColorMap;

impl WordsOf {
    /// What this language says of the one with this id; `None` for what the catalogue says itself.
    fn listed<T: Copy>(self, table: fn(&CatalogueWords) -> Table<T>, id: &str) -> Option<T> {
        let mut table = table(self.catalogue()?).iter();
        table.find(|(one, _)| *one == id).map(|(_, words)| *words)
    }

    /// What is said of a method.
    pub fn method(self, method: &Method) -> MethodWords {
        let found = self.listed(|words| words.methods, method.id);
        found.unwrap_or(MethodWords {
            plain_name: method.plain_name,
            summary: method.summary,
            caution: method.caution,
            cost: method.cost,
        })
    }

    /// A family of methods.
    pub fn family(self, family: Family) -> &'static str {
        let place = Family::ALL.iter().position(|one| *one == family);
        let found = self.catalogue().zip(place);
        found.map_or(family.name(), |(words, place)| words.families[place])
    }

    /// What is said of a setting.
    pub fn setting(self, setting: &Setting) -> NamedWords {
        let found = self.listed(|words| words.settings, setting.id);
        found.unwrap_or(NamedWords {
            name: setting.name,
            summary: setting.summary,
        })
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
        let found = self.listed(|words| words.questions, kind.id);
        found.unwrap_or(kind.question)
    }

    /// What is said of a metric.
    pub fn metric(self, metric: &Metric) -> MetricWords {
        let found = self.listed(|words| words.metrics, metric.id);
        found.unwrap_or(MetricWords {
            name: metric.name,
            question: metric.question,
            caution: metric.caution,
        })
    }

    /// What is said of a scaling.
    pub fn scaling(self, scaling: &Scaling) -> NamedWords {
        let found = self.listed(|words| words.scalings, scaling.id);
        found.unwrap_or(NamedWords {
            name: scaling.name,
            summary: scaling.summary,
        })
    }

    /// A colour map.
    pub fn colour_map(self, map: ColorMap) -> &'static str {
        let found = self.listed(|words| words.colour_maps, map.id());
        found.unwrap_or_else(|| map.name())
    }
}
