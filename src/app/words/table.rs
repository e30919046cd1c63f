//! What a table of words is made of.

/// Declares a table with its English words: `name = "text";`, or `name(value: &str) = format!(…);`
/// where values are put in. Other languages fill the same fields.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $table:ident, $english:ident {
            $($(#[$word:meta])* $name:ident $(($($value:ident: $kind:ty),+))? = $words:expr;)*
        }
    ) => {
        $(#[$meta])*
        pub struct $table {
            $($(#[$word])* pub $name: $crate::app::words::table::kind!($(($($kind),+))?),)*
        }

        pub static $english: $table = $table {
            $($name: $crate::app::words::table::words!($(($($value: $kind),+))? $words),)*
        };

        #[cfg(test)]
        impl $table {
            /// Each word with its name, and with names and numbers for the values in it.
            pub fn said(&self) -> Vec<$crate::app::words::table::Said> {
                vec![$($crate::app::words::table::said!(self, $name $(($($value: $kind),+))?),)*]
            }
        }
    };
}

/// The type of a word: a text, or a function of its values.
macro_rules! kind {
    () => { &'static str };
    (($($kind:ty),+)) => { fn($($kind),+) -> String };
}

/// A word as what its field holds.
macro_rules! words {
    (($($value:ident: $kind:ty),+) $words:expr) => { |$($value: $kind),+| $words };
    ($words:expr) => { $words };
}

/// A word as the tests look at it.
#[cfg(test)]
macro_rules! said {
    ($table:ident, $name:ident) => {
        $crate::app::words::table::Said {
            name: stringify!($name),
            words: $table.$name.to_owned(),
            values: Vec::new(),
        }
    };
    ($table:ident, $name:ident($($value:ident: $kind:ty),+)) => {{
        use $crate::app::words::table::Example;
        let values = vec![$(<$kind as Example>::example(stringify!($value)).to_string()),+];
        $crate::app::words::table::Said {
            name: stringify!($name),
            words: ($table.$name)($(<$kind as Example>::example(stringify!($value))),+),
            values,
        }
    }};
}

pub(in crate::app::words) use kind;
#[cfg(test)]
pub(in crate::app::words) use said;
pub(in crate::app::words) use table;
pub(in crate::app::words) use words;

/// A word, and the values that it was given.
#[cfg(test)]
pub struct Said {
    pub name: &'static str,
    pub words: String,
    pub values: Vec<String>,
}

/// A value to put into a word.
#[cfg(test)]
pub trait Example {
    /// One that is found again by its name.
    fn example(name: &'static str) -> Self;
}

#[cfg(test)]
impl Example for &str {
    fn example(name: &'static str) -> Self {
        name
    }
}

#[cfg(test)]
impl Example for usize {
    fn example(name: &'static str) -> Self {
        4000 + name.len()
    }
}
