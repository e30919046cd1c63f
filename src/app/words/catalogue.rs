//! Words for what the catalogues list: methods with their settings, metrics, kinds of questions,
//! scalings, colour maps. The catalogues say them in English, to the command line and the
//! documentation, too; a table of another language says them by their ids.

/// What is said of a method; its name stays.
#[derive(Clone, Copy)]
pub struct MethodWords {
    /// After "it shows".
    pub plain_name: &'static str,
    pub summary: &'static str,
    pub caution: &'static str,
    /// How often the network runs.
    pub cost: &'static str,
}

/// What is said of a setting of a method, or of a scaling.
#[derive(Clone, Copy)]
pub struct NamedWords {
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
}

/// What is said of a metric.
#[derive(Clone, Copy)]
pub struct MetricWords {
    pub name: &'static str,
    pub question: &'static str,
    pub caution: &'static str,
}

/// What is said, by id.
pub type Table<T> = &'static [(&'static str, T)];

/// What a language other than English says of what the catalogues list, by id.
pub struct CatalogueWords {
    pub methods: Table<MethodWords>,
    /// In the order of `explain::Family::ALL`.
    pub families: [&'static str; 4],
    pub settings: Table<NamedWords>,
    /// By the ids of the setting and of the choice.
    pub choices: &'static [(&'static str, &'static str, &'static str)],
    pub questions: Table<&'static str>,
    pub metrics: Table<MetricWords>,
    pub scalings: Table<NamedWords>,
    /// Those whose names are words.
    pub colour_maps: Table<&'static str>,
}
