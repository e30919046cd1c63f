//! A map for few entries. The standard ones are made for many, and each pair of types
//! would add several kilobytes to the page.

/// Keys and values in no order that means anything.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallMap<K, V>(Vec<(K, V)>);

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> SmallMap<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        let entry = self.0.iter().find(|entry| entry.0 == *key);
        entry.map(|entry| &entry.1)
    }

    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Puts a value in place of the one with the same key, if there is one.
    pub fn insert(&mut self, key: K, value: V) {
        self.remove(&key);
        self.0.push((key, value));
    }

    pub fn remove(&mut self, key: &K) {
        self.retain(|other| other != key);
    }

    /// Keeps the entries whose key fits.
    pub fn retain(&mut self, fits: impl Fn(&K) -> bool) {
        self.0.retain(|entry| fits(&entry.0));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|entry| &entry.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_value() {
        let mut map = SmallMap::default();
        map.insert(1, 'a');
        map.insert(2, 'b');
        map.insert(1, 'c');
        assert_eq!((map.get(&1), map.len()), (Some(&'c'), 2));
        map.retain(|key| *key != 2);
        assert!(!map.contains_key(&2) && map.values().eq(&['c']));
        map.remove(&1);
        assert!(map.is_empty());
    }
}
