//! What is asked: a target and a class in words.

use anyhow::bail;
use gradcam::explain::{Area, TARGET_KINDS, Target};

/// The target that a person names: a kind, such as `finer`, and behind a colon the classes that
/// it is about, by number or label: `contrast:cup,plate`. A class that is not named is `class`.
/// Behind the class of a region stands its area: `region:road,10,12`.
///
/// # Errors
/// With what there is, for a kind or class that is not there.
pub fn find_target(labels: &[String], wanted: &str, class: usize) -> anyhow::Result<Target> {
    let (kind, classes) = wanted.split_once(':').unwrap_or((wanted, ""));
    let Some(known) = TARGET_KINDS.iter().find(|known| known.id == kind.trim()) else {
        let known: Vec<&str> = TARGET_KINDS.iter().map(|known| known.id).collect();
        bail!(
            "there is no target '{kind}'; the targets are: {}",
            known.join(", ")
        );
    };
    let mut named: Vec<&str> = classes
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let mut area = Area::default();
    if known.id == "region" && named.len() > 1 {
        let words = named.split_off(1);
        let Some(found) = Area::parse(&words) else {
            bail!(
                "a region is a class and, if it is not the places of the class, x,y or \
                 x,y,width,height on the grid of places, or `mask`; '{}' is none of them",
                words.join(",")
            );
        };
        area = found;
    }
    let mut found = Vec::new();
    for name in named {
        found.push(find_class(labels, name)?);
    }
    if found.len() > known.classes {
        bail!(
            "the target '{kind}' is about {} class(es), and '{wanted}' names {}",
            known.classes,
            found.len()
        );
    }
    // Of two classes the one that is named is the other.
    if found.len() < known.classes {
        found.insert(0, class);
    }
    match found.as_slice() {
        [class, others @ ..] if found.len() == known.classes => {
            Ok(Target::new(known.id, *class, others.first().copied())?.with_area(area))
        }
        _ => bail!("the target '{kind}' compares two classes: --target {kind}:A,B"),
    }
}

/// A class by its number, its label, or a part of exactly one label.
///
/// # Errors
/// With what there is, for a class that is not there or is not the only one.
pub fn find_class(labels: &[String], wanted: &str) -> anyhow::Result<usize> {
    if let Ok(number) = wanted.parse::<usize>() {
        if number < labels.len() {
            return Ok(number);
        }
        bail!(
            "class {number} does not exist: the model has {} classes, numbered from 0",
            labels.len()
        );
    }
    let lower = wanted.to_lowercase();
    if lower.trim().is_empty() {
        bail!("--class wants a number or a label");
    }
    let is_equal = |label: &String| label.to_lowercase() == lower;
    if let Some(class) = labels.iter().position(is_equal) {
        return Ok(class);
    }
    let holds = |class: &usize| labels[*class].to_lowercase().contains(&lower);
    let found: Vec<usize> = (0..labels.len()).filter(holds).collect();
    match found.as_slice() {
        [class] => Ok(*class),
        [] => bail!("no class is called '{wanted}'; `gradcam inspect` lists them"),
        several => {
            let names: Vec<&str> = several
                .iter()
                .take(8)
                .map(|&class| labels[class].as_str())
                .collect();
            bail!("'{wanted}' fits several classes: {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found_by_number_label_or_part() {
        let labels = ["tabby cat", "tiger cat", "cup"].map(String::from);
        assert_eq!(find_class(&labels, "2").unwrap(), 2);
        assert_eq!(find_class(&labels, "CUP").unwrap(), 2);
        assert_eq!(find_class(&labels, "tabby").unwrap(), 0);
        assert!(
            find_class(&labels, "cat")
                .unwrap_err()
                .to_string()
                .contains("several")
        );
        assert!(
            find_class(&labels, "dog")
                .unwrap_err()
                .to_string()
                .contains("inspect")
        );
        assert!(
            find_class(&labels, "3")
                .unwrap_err()
                .to_string()
                .contains("3 classes")
        );
    }

    #[test]
    fn targets_name_their_classes_or_take_the_one_that_is_there() {
        let labels = ["tabby cat", "plate", "cup"].map(String::from);
        let find = |wanted| find_target(&labels, wanted, 2).map_err(|error| error.to_string());
        assert_eq!(find("logit").unwrap(), Target::Logit(2));
        assert_eq!(find("probability:tabby").unwrap(), Target::Probability(0));
        assert_eq!(find("contrast:cup,plate").unwrap(), Target::Contrast(2, 1));
        assert_eq!(find("contrast:plate").unwrap(), Target::Contrast(2, 1));
        let pixel = Area::parse(&["10", "12"]).unwrap();
        assert_eq!(find("region:cup,10,12").unwrap(), Target::Region(2, pixel));
        assert_eq!(find("region").unwrap(), Target::Region(2, Area::Called));
        assert_eq!(find("similarity").unwrap(), Target::Similarity(2));
        assert!(find("region:cup,1").unwrap_err().contains("x,y,width"));
        assert!(find("contrast").unwrap_err().contains("contrast:A,B"));
        assert!(find("logit:cup,plate").unwrap_err().contains("names 2"));
        assert!(find("loud").unwrap_err().contains("finer"));
        assert!(find("against:unicorn").unwrap_err().contains("'unicorn'"));
    }
}
