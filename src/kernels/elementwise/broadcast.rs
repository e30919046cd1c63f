//! Inputs that are smaller than the output, which is cut into rows for their sake.

/// How an input of a program is read for the elements of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broadcast {
    /// Element by element.
    None,
    /// One element for each row, as a factor of each channel in NCHW.
    ElementOfRow,
    /// The same row for all rows, as a factor of each channel in NHWC.
    SameRow,
}

/// Rows shorter than this take longer to set up than to compute.
const MIN_ROW: usize = 16;

impl Broadcast {
    /// How an input of one shape becomes an output of another, and the length of the
    /// output's rows, if it matters. `None` where neither the first nor the last axes alone
    /// are repeated, or rows would be short.
    pub fn of(input: &[usize], output: &[usize]) -> Option<(Broadcast, Option<usize>)> {
        if input == output {
            return Some((Broadcast::None, None));
        }
        let is_broadcast = input.len() == output.len()
            && (input.iter().zip(output)).all(|(input, output)| input == output || *input == 1);
        if !is_broadcast {
            return None;
        }
        // Of the output: axes of size 1 are neither repeated nor not.
        let axes = || input.iter().zip(output).filter(|(_, output)| **output != 1);
        let is_repeated = |(input, output): &(&usize, &usize)| input != output;
        let volume = |sizes: &mut dyn Iterator<Item = (&usize, &usize)>| -> usize {
            sizes.map(|(_, output)| output).product()
        };
        let kept = axes().take_while(|axis| !is_repeated(axis)).count();
        let repeated = axes().take_while(is_repeated).count();
        let (broadcast, row) = if axes().skip(kept).all(|axis| is_repeated(&axis)) {
            (Broadcast::ElementOfRow, volume(&mut axes().skip(kept)))
        } else if axes().skip(repeated).all(|axis| !is_repeated(&axis)) {
            (Broadcast::SameRow, volume(&mut axes().skip(repeated)))
        } else {
            return None;
        };
        (row >= MIN_ROW).then_some((broadcast, Some(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_or_the_last_axes_are_repeated() {
        let output = [1, 8, 5, 6];
        let of = |input: [usize; 4]| Broadcast::of(&input, &output);
        assert_eq!(of(output), Some((Broadcast::None, None)));
        assert_eq!(of([1, 8, 1, 1]), Some((Broadcast::ElementOfRow, Some(30))));
        assert_eq!(of([1, 1, 1, 1]), Some((Broadcast::ElementOfRow, Some(240))));
        assert_eq!(of([1, 1, 5, 6]), Some((Broadcast::SameRow, Some(30))));
        assert_eq!(of([1, 1, 5, 1]), None);
        assert_eq!(of([1, 8, 1, 6]), None);
        // Rows of 6.
        assert_eq!(of([1, 1, 1, 6]), None);
        assert_eq!(of([1, 4, 5, 6]), None);
        assert_eq!(Broadcast::of(&[8, 5, 6], &output), None);
    }
}
