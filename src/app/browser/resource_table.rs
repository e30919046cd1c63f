//! The browser's objects that the state names by number: the files that the user chose, and
//! their pictures drawn on canvases that are never in the document.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{Blob, HtmlCanvasElement};

use crate::app::small_map::SmallMap;

/// A handle; clones are the same table.
#[derive(Clone, Default)]
pub struct ResourceTable(Rc<RefCell<Inner>>);

#[derive(Default)]
struct Inner {
    last: u32,
    files: SmallMap<u32, Blob>,
    canvases: SmallMap<u32, HtmlCanvasElement>,
}

impl PartialEq for ResourceTable {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl ResourceTable {
    /// Keeps a file and gives it a number.
    pub fn put_file(&self, file: Blob) -> u32 {
        let mut inner = self.0.borrow_mut();
        inner.last += 1;
        let number = inner.last;
        inner.files.insert(number, file);
        number
    }

    /// The file of this number.
    pub fn file(&self, number: u32) -> Option<Blob> {
        self.0.borrow().files.get(&number).cloned()
    }

    /// Keeps the picture of file `number`.
    pub fn put_canvas(&self, number: u32, canvas: HtmlCanvasElement) {
        self.0.borrow_mut().canvases.insert(number, canvas);
    }

    /// Keeps the picture of file `number` as the browser reads it, unless the engine's is there;
    /// the one that is kept.
    pub fn put_decoded(&self, number: u32, canvas: HtmlCanvasElement) -> HtmlCanvasElement {
        self.canvas(number).unwrap_or_else(|| {
            self.put_canvas(number, canvas.clone());
            canvas
        })
    }

    /// Keeps a picture that no file is of, and gives it a number.
    pub fn put_drawn(&self, canvas: HtmlCanvasElement) -> u32 {
        let mut inner = self.0.borrow_mut();
        inner.last += 1;
        let number = inner.last;
        inner.canvases.insert(number, canvas);
        number
    }

    /// The decoded picture of file `number`.
    pub fn canvas(&self, number: u32) -> Option<HtmlCanvasElement> {
        self.0.borrow().canvases.get(&number).cloned()
    }

    /// Lets go of every file up to the newest that is not in `used`.
    pub fn keep_only(&self, used: &[u32]) {
        let mut inner = self.0.borrow_mut();
        let newest = inner.last;
        // The newest may not have reached the state yet.
        let keep = |number: &u32| *number == newest || used.contains(number);
        inner.files.retain(keep);
        inner.canvases.retain(keep);
    }
}
