//! The overlay with its colour bar and a caption, as PNG.

use super::export_error::ExportError;
use super::exported_map::ExportedMap;
use super::exported_texts::ExportedTexts;
use super::overlay_png::overlay_canvas;
use crate::app::browser::canvas;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::number_format;
use crate::app::state::AppState;
use crate::render::legend::{position, stops, ticks};
use web_sys::HtmlCanvasElement;

/// Smaller pictures are enlarged, so that the caption can be read.
const MIN_WIDTH: f64 = 480.0;
/// Around bar and words, in pixels of a figure of [`MIN_WIDTH`], as all below.
const MARGIN: f64 = 12.0;
const BAR_HEIGHT: f64 = 14.0;
const LINE_HEIGHT: f64 = 19.0;
const TEXT_HEIGHT: f64 = 14.0;
/// Of the bar's colours.
const STEPS: usize = 64;

/// The overlay over its colour bar, the numbers of the bar, and a caption.
pub fn figure_canvas(
    state: &AppState,
    resources: &ResourceTable,
    exported: &ExportedMap<'_>,
    texts: &ExportedTexts,
) -> Result<HtmlCanvasElement, ExportError> {
    let overlay = overlay_canvas(state, resources, exported)?;
    let (own_width, own_height) = (f64::from(overlay.width()), f64::from(overlay.height()));
    let width = own_width.max(MIN_WIDTH);
    let picture_height = (own_height * width / own_width).round();
    let unit = width / MIN_WIDTH;
    let caption = [
        format!("{} · {}, in logit units", texts.class, texts.method),
        format!("{} · layer {}", texts.model, texts.layer),
    ];
    let lines = 1 + caption.len();
    let below = 3.0 * MARGIN + BAR_HEIGHT + lines as f64 * LINE_HEIGHT;
    let height = (picture_height + unit * below).ceil();
    let (figure, context) = canvas::create(width as u32, height as u32)?;
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    // The pixels of a small picture stay squares.
    context.set_image_smoothing_enabled(own_width >= MIN_WIDTH);
    context.draw_image_with_html_canvas_element_and_dw_and_dh(
        &overlay,
        0.0,
        0.0,
        width,
        picture_height,
    )?;

    let style = state.overlay_style(exported.picture);
    let (left, bar) = (unit * MARGIN, width - 2.0 * unit * MARGIN);
    let top = picture_height + unit * MARGIN;
    for (place, color) in stops(style.colormap, STEPS).into_iter().enumerate() {
        context.set_fill_style_str(&color);
        // Each reaches to the end and is covered by the next: that leaves no seams.
        let start = bar * place as f64 / STEPS as f64;
        context.fill_rect(left + start, top, bar - start, unit * BAR_HEIGHT);
    }
    context.set_fill_style_str("#222");
    context.set_font(&format!("{}px sans-serif", unit * TEXT_HEIGHT));
    let mut baseline = top + unit * (BAR_HEIGHT + LINE_HEIGHT);
    for tick in ticks(style.scale, style.sign) {
        let part = position(tick, style.scale, style.sign);
        context.set_text_align(match part {
            part if part < 0.04 => "left",
            part if part > 0.96 => "right",
            _ => "center",
        });
        context.fill_text(&number_format::tick(tick), left + part * bar, baseline)?;
    }
    context.set_text_align("left");
    for line in caption {
        baseline += unit * LINE_HEIGHT;
        context.fill_text_with_max_width(&line, left, baseline, bar)?;
    }
    Ok(figure)
}
