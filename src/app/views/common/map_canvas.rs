//! A picture with a map, and where two maps are laid over each other with the second from a
//! line on.

use std::rc::Rc;

use gloo::utils::window;
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::map_painter::{self, MapPainter, Scene};
use super::page_handle::PageHandle;
use crate::app::state::SaliencyMap;
use crate::frame::Frame;
use crate::render::OverlayStyle;

/// A map and how it is drawn.
#[derive(Clone, PartialEq)]
pub struct DrawnMap {
    pub map: Rc<SaliencyMap>,
    pub style: OverlayStyle,
}

impl DrawnMap {
    /// The map over a picture of the network's input itself.
    pub fn on_input(self) -> Self {
        if self.map.frame == Frame::WHOLE {
            return self;
        }
        let map = SaliencyMap::clone(&self.map).on(Frame::WHOLE);
        Self {
            map: Rc::new(map),
            ..self
        }
    }
}

/// What the canvas shows.
#[derive(Properties, PartialEq)]
pub struct MapCanvasProps {
    pub page: PageHandle,
    pub file: u32,
    /// The picture's width and height in pixels.
    pub picture_size: (u32, u32),
    /// Longest side on the page, in CSS pixels.
    pub side: f64,
    #[prop_or_default]
    pub first: Option<DrawnMap>,
    /// Laid over the first from `split` on.
    #[prop_or_default]
    pub second: Option<DrawnMap>,
    /// In percent of the width.
    #[prop_or(100)]
    pub split: u8,
    /// For those who do not see it.
    pub label: AttrValue,
}

/// A picture with its map or maps.
#[component]
pub fn MapCanvas(props: &MapCanvasProps) -> Html {
    let first = use_node_ref();
    let second = use_node_ref();
    let painters = use_mut_ref(<[MapPainter; 2]>::default);
    let size = map_painter::fit(props.picture_size, (props.side, props.side));
    {
        let (nodes, page) = ([first.clone(), second.clone()], props.page.clone());
        let maps = [props.first.clone(), props.second.clone()];
        use_effect_with((props.file, size, maps), move |(file, size, maps)| {
            let Some(picture) = page.resources.canvas(*file) else {
                return;
            };
            let mut painters = painters.borrow_mut();
            for ((node, map), painter) in nodes.iter().zip(maps).zip(painters.iter_mut()) {
                let Some(canvas) = node.cast::<HtmlCanvasElement>() else {
                    continue;
                };
                let scene = Scene {
                    file: *file,
                    picture: &picture,
                    map: map.as_ref().map(|drawn| (&drawn.map, drawn.style)),
                    size: *size,
                };
                let density = window().device_pixel_ratio();
                if let Err(error) = painter.paint(&canvas, &scene, density) {
                    gloo::console::error!("a map could not be painted", error);
                }
            }
        });
    }
    let upper = use_node_ref();
    {
        let upper = upper.clone();
        // The page's policy allows no style in the text of the document.
        use_effect_with((props.split, props.second.is_some()), move |(split, _)| {
            if let Some(layer) = upper.cast::<HtmlElement>() {
                let clip = format!("inset(0 0 0 {split}%)");
                drop(layer.style().set_property("clip-path", &clip));
            }
        });
    }
    html! {
        <div class="map-canvas" role="img" aria-label={props.label.clone()}>
            <canvas ref={first}></canvas>
            if props.second.is_some() {
                <div class="map-canvas-second" ref={upper}>
                    <canvas ref={second}></canvas>
                </div>
            }
        </div>
    }
}
