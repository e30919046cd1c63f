//! What the engine can be asked for, and the colours of its maps.

use crate::explain::{METHODS, TARGET_KINDS};
use crate::protocol::{Catalogue, ColorMapEntry, MethodEntry, TargetEntry};
use crate::render::{ColorMap, Kind};

/// Every method, kind of target and colour map.
pub fn catalogue() -> Catalogue {
    let methods = METHODS.iter().map(|method| MethodEntry {
        id: method.id.into(),
        name: method.name.into(),
        plain_name: method.plain_name.into(),
        is_slow: method.is_slow,
    });
    let targets = TARGET_KINDS.iter().map(|kind| TargetEntry {
        id: kind.id.into(),
        question: kind.question.into(),
        classes: kind.classes,
    });
    let color_maps = ColorMap::ALL.iter().map(|map| ColorMapEntry {
        id: map.id().into(),
        name: map.name().into(),
        is_diverging: map.kind() == Kind::Diverging,
    });
    Catalogue {
        methods: methods.collect(),
        targets: targets.collect(),
        color_maps: color_maps.collect(),
    }
}

/// The tables of all colour maps, in the catalogue's order: for each 256 colours, red, green and
/// blue.
pub fn color_tables() -> Vec<u8> {
    let tables = ColorMap::ALL.iter().map(|map| map.table());
    tables.flatten().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_color_map_has_a_table() {
        let catalogue = catalogue();
        let tables = color_tables();
        assert_eq!(tables.len(), catalogue.color_maps.len() * 256 * 3);
        let last = ColorMap::ALL[catalogue.color_maps.len() - 1];
        assert!(tables.ends_with(&last.color(1.0)));
        assert_eq!(catalogue.methods[0].id, "grad-cam");
    }
}
