//! Slices, transpositions and axes of size 1, all of which leave the elements where they are.

/// Elements of a contiguous tensor: element (i, j, …) of the view is element
/// `offset` + i · stride of its first axis + j · stride of its second + ….
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StridedView {
    pub offset: usize,
    pub axes: Vec<ViewAxis>,
}

/// One axis of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewAxis {
    pub size: usize,
    pub stride: usize,
}

impl StridedView {
    /// All elements of a tensor of a shape.
    pub fn of(shape: &[usize]) -> StridedView {
        let mut stride = 1;
        let mut axes: Vec<ViewAxis> = (shape.iter().rev())
            .map(|&size| {
                let axis = ViewAxis { size, stride };
                stride *= size;
                axis
            })
            .collect();
        axes.reverse();
        StridedView { offset: 0, axes }
    }

    /// The elements from `start` to before `end` of an axis, which must be there.
    pub fn slice(&mut self, axis: usize, start: usize, end: usize) {
        let axis = &mut self.axes[axis];
        self.offset += start * axis.stride;
        axis.size = end - start;
    }

    /// Puts an axis where another is; those between move on.
    pub fn move_axis(&mut self, from: usize, to: usize) {
        let axis = self.axes.remove(from);
        self.axes.insert(to, axis);
    }

    /// Adds an axis of size 1 before another.
    pub fn add_axis(&mut self, axis: usize) {
        self.axes.insert(axis, ViewAxis { size: 1, stride: 0 });
    }

    /// Takes an axis of size 1 away.
    pub fn remove_axis(&mut self, axis: usize) {
        self.axes.remove(axis);
    }

    /// Puts axes of other sizes in the place of `count` axes from `first` on; whether the view
    /// has such axes: the elements of the old ones must be equally far from each other.
    pub fn reshape(&mut self, first: usize, count: usize, sizes: &[usize]) -> bool {
        let replaced = first..first + count;
        let mut old = self.axes[replaced.clone()]
            .iter()
            .filter(|axis| axis.size != 1);
        let is_regular = old.clone().zip(old.clone().skip(1));
        let is_regular = is_regular
            .into_iter()
            .all(|(outer, inner)| outer.stride == inner.size * inner.stride);
        let stride = old.next_back().map_or(0, |axis| axis.stride);
        if is_regular {
            let axes = StridedView::of(sizes).axes.into_iter();
            let axes = axes.map(|axis| ViewAxis {
                size: axis.size,
                stride: axis.stride * stride,
            });
            let axes: Vec<ViewAxis> = axes.collect();
            self.axes.splice(replaced, axes);
        }
        is_regular
    }
}
