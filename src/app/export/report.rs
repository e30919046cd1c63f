//! One HTML file without scripts that holds an explanation: picture, maps, numbers, and how to make
//! them again. Any browser shows it, without a network.

use std::fmt::Write as _;

use web_sys::HtmlCanvasElement;

use super::export_error::ExportError;
use super::exported_map::ExportedMap;
use super::exported_texts::ExportedTexts;
use super::overlay_png::overlay_on;
use crate::app::browser::canvas;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::number_format;
use crate::app::state::{AppState, ChosenPicture, question_words};
use crate::app::words::WordsOf;
use crate::evaluate::METRICS;
use crate::explain::Target;
use crate::render::{OverlayStyle, largest};
use crate::text::html_escaped;

/// Long side of the pictures in a report, in pixels.
const MAX_SIDE_PIXELS: f64 = 800.0;
/// More maps than the page compares at once are none that a person asked for.
const MAX_MAPS: usize = 32;
/// Behind the maps of a report without the picture.
const GREY: &str = "#808080";

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 1rem }
figure { margin: 0 } img { width: 100%; height: auto } .first { max-width: 36rem }
table { border-collapse: collapse } td, th { padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top }
pre { overflow: auto; padding: 1rem; border: 1px solid; font-size: .8rem }
</style>
"#;

/// The report's text. `manifest` is what `explanation_manifest` wrote.
///
/// # Errors
/// If there is no map, or the browser cannot draw it.
pub fn report(
    state: &AppState,
    resources: &ResourceTable,
    exported: &ExportedMap<'_>,
    manifest: &str,
    has_picture: bool,
) -> Result<String, ExportError> {
    let texts = ExportedTexts::of(exported);
    let picture = exported.picture;
    let ground = ground(resources, picture, has_picture)?;
    let mut page = String::from(HEAD);
    let title = html_escaped(&format!("{}: {}", texts.method, texts.class));
    let _ = writeln!(page, "<title>{title}</title>\n</head>\n<body>");
    let _ = writeln!(
        page,
        "<h1>Where it looked for {}</h1>",
        html_escaped(&texts.class)
    );
    let name = has_picture.then(|| html_escaped(&picture.name));
    let name = name.unwrap_or_else(|| "The picture is not in this file.".to_owned());
    let _ = writeln!(page, "<p>{name}</p>");
    let shown = picture.shown.as_ref().ok_or(ExportError::Nothing)?;
    let first = figure(
        exported,
        shown.target,
        &ground,
        state.overlay_style(picture),
    )?;
    let _ = writeln!(page, "<div class=\"first\">{first}</div>");
    add_other_maps(&mut page, state, exported, &ground)?;
    add_classes(&mut page, exported);
    add_measurements(&mut page, state, picture);
    let _ = writeln!(
        page,
        "<h2>How it was made</h2>\n<p>{}, layer {}, {}. To make it again, save what follows as \
         manifest.json and run <code>gradcam reproduce manifest.json --model MODEL --image PICTURE</code>, \
         or drop it on the page; both say whether model and picture are the same.</p>\n<pre>{}</pre>\n</body>\n</html>",
        html_escaped(&texts.model),
        html_escaped(&texts.layer),
        html_escaped(texts.method),
        html_escaped(manifest)
    );
    Ok(page)
}

/// What the maps are drawn on: the picture, or grey of its size.
fn ground(
    resources: &ResourceTable,
    picture: &ChosenPicture,
    has_picture: bool,
) -> Result<HtmlCanvasElement, ExportError> {
    let whole = resources
        .canvas(picture.key.file)
        .ok_or(ExportError::Nothing)?;
    let sizes = [whole.width(), whole.height()].map(f64::from);
    let factor = (MAX_SIDE_PIXELS / sizes[0].max(sizes[1])).min(1.0);
    let [width, height] = sizes.map(|size| (size * factor).round().max(1.0));
    let (ground, context) = canvas::create(width as u32, height as u32)?;
    if has_picture {
        canvas::smooth(&context);
        context
            .draw_image_with_html_canvas_element_and_dw_and_dh(&whole, 0.0, 0.0, width, height)?;
    } else {
        context.set_fill_style_str(GREY);
        context.fill_rect(0.0, 0.0, width, height);
    }
    Ok(ground)
}

/// A map over its ground with a caption.
fn figure(
    exported: &ExportedMap<'_>,
    target: Target,
    ground: &HtmlCanvasElement,
    style: OverlayStyle,
) -> Result<String, ExportError> {
    let texts = ExportedTexts::of(exported);
    let image = overlay_on(ground, exported, &style)?.to_data_url()?;
    let scale = number_format::value(style.scale);
    let question = question_words(WordsOf::default(), exported.prediction, target);
    let caption = format!(
        "{} · {question} · layer {} · {} · colours end at {scale}",
        texts.method, texts.layer, texts.range
    );
    let caption = html_escaped(&caption);
    Ok(format!(
        "<figure><img src=\"{image}\" alt=\"{caption}\"><figcaption>{caption}</figcaption></figure>"
    ))
}

/// Every other whole map of the picture, each on its own scale.
fn add_other_maps(
    page: &mut String,
    state: &AppState,
    exported: &ExportedMap<'_>,
    ground: &HtmlCanvasElement,
) -> Result<(), ExportError> {
    let picture = exported.picture;
    let others = picture
        .maps
        .iter()
        .filter(|(key, _)| picture.shown.as_ref() != Some(key));
    let others: Vec<_> = others.take(MAX_MAPS).collect();
    if others.is_empty() {
        return Ok(());
    }
    page.push_str(
        "<h2>Other maps of the picture</h2>\n<p>Each on its own scale.</p>\n<div class=\"maps\">",
    );
    for (key, map) in others {
        let Some(view) = map.view() else { continue };
        let mut style = state.overlay_style(picture);
        style.scale = largest(view.values(), style.sign);
        let other = ExportedMap {
            picture,
            prediction: exported.prediction,
            map,
            view,
        };
        page.push_str(&figure(&other, key.target, ground, style)?);
    }
    page.push_str("</div>\n");
    Ok(())
}

fn add_classes(page: &mut String, exported: &ExportedMap<'_>) {
    let prediction = exported.prediction;
    page.push_str("<h2>What the network says</h2>\n<table><tr><th>class</th><th>probability</th><th>logit</th></tr>\n");
    for &class in prediction.top() {
        let number = |values: &[f32]| values.get(class).copied().unwrap_or(f32::NAN);
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            html_escaped(prediction.label(class)),
            number_format::percent(number(&prediction.probabilities)),
            number_format::value(number(&prediction.logits))
        );
    }
    page.push_str("</table>\n");
}

fn add_measurements(page: &mut String, state: &AppState, picture: &ChosenPicture) {
    let Some(key) = &picture.shown else { return };
    let mut rows = String::new();
    for found in state.measurements(picture, key) {
        let summary = &found.summary;
        let metric = METRICS.iter().find(|metric| metric.id == summary.metric);
        let chance = summary
            .chance
            .as_ref()
            .map(|chance| number_format::value(chance.random as f32));
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            html_escaped(metric.map_or(summary.metric.as_str(), |metric| metric.name)),
            number_format::value(summary.value as f32),
            chance.unwrap_or_default()
        );
    }
    if !rows.is_empty() {
        let _ = writeln!(
            page,
            "<h2>What was measured of the first map</h2>\n<table><tr><th>measure</th><th>value</th><th>of random maps</th></tr>\n{rows}</table>"
        );
    }
}
