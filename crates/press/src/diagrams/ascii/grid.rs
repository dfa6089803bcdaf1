//! The characters of a drawing, by row and column.

use crate::diagrams::text::cells_of;

/// A direction in which a line leads away from the middle of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Right,
    Down,
    Left,
}

impl Way {
    pub(super) const ALL: [Self; 4] = [Self::Up, Self::Right, Self::Down, Self::Left];

    fn opposite(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Right => Self::Left,
            Self::Down => Self::Up,
            Self::Left => Self::Right,
        }
    }
}

/// Text within a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) row: usize,
    pub(super) column: usize,
    /// How many columns it takes.
    pub(super) cells: usize,
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) struct Grid {
    /// Without the columns that are empty in all rows. After a wide character is a column that it takes too.
    pub(super) rows: Vec<Vec<char>>,
}

/// What a wide character takes besides its own column.
const TAKEN: char = '\u{0}';

impl Grid {
    pub(super) fn new(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
        let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        let full = lines.iter().filter(|line| !line.is_empty());
        let indent = full.map(|line| line.len() - line.trim_start_matches(' ').len()).min();
        let row = |line: &&str| {
            let characters = line.get(indent.unwrap_or(0)..).unwrap_or_default().chars();
            characters
                .flat_map(|character| std::iter::once(character).chain((1..cells_of(character)).map(|_| TAKEN)))
                .collect()
        };
        Self { rows: lines[first..last.max(first)].iter().map(row).collect() }
    }

    pub(super) fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The character next to a place; a space outside of the drawing.
    pub(super) fn next(&self, (row, column): (usize, usize), way: Way) -> char {
        let place = match way {
            Way::Up => row.checked_sub(1).map(|row| (row, column)),
            Way::Down => Some((row + 1, column)),
            Way::Left => column.checked_sub(1).map(|column| (row, column)),
            Way::Right => Some((row, column + 1)),
        };
        place.and_then(|(row, column)| self.rows.get(row)?.get(column).copied()).unwrap_or(' ')
    }

    /// Whether the character is part of a line there, and no text: it has a neighbour that a line leads to.
    pub(super) fn is_line(&self, place: (usize, usize)) -> bool {
        let character = self.rows[place.0][place.1];
        let [left, right] = [Way::Left, Way::Right].map(|way| self.next(place, way));
        let in_word = left.is_alphanumeric() || right.is_alphanumeric();
        match character {
            '/' | '\\' => self.is_diagonal(place),
            // Hyphens between words and letters that look like parts of lines.
            'o' | 'v' | 'V' | ':' | '.' | ',' | '\'' | '`' | '^' if in_word => false,
            '-' | '~' if left.is_alphanumeric() && right.is_alphanumeric() => false,
            // A corner has a line at its side and one above or below; so has no full stop.
            '.' | ',' => self.leads(place, Way::Down) && self.leads_aside(place),
            '\'' | '`' => self.leads(place, Way::Up) && self.leads_aside(place),
            _ => Way::ALL.into_iter().any(|way| self.leads(place, way)),
        }
    }

    fn leads_aside(&self, place: (usize, usize)) -> bool {
        self.leads(place, Way::Left) || self.leads(place, Way::Right)
    }

    /// Whether the lines of a character and its neighbour meet.
    pub(super) fn leads(&self, place: (usize, usize), way: Way) -> bool {
        let (own, next) = (ways(self.rows[place.0][place.1]), ways(self.next(place, way)));
        // A line may end at the side of another one: `|--|`.
        let ends_at_side = |one: &[Way], other: &[Way]| one.contains(&way) && other.len() == 2 && !other.contains(&way);
        own.contains(&way) && (next.contains(&way.opposite()) || ends_at_side(own, next))
    }

    fn is_diagonal(&self, place: (usize, usize)) -> bool {
        let character = self.rows[place.0][place.1];
        let ends = [Way::Up, Way::Down].map(|way| self.diagonal(place, way));
        ends.into_iter().any(|end| end == character || matches!(end, '+' | '*' | '.' | '\''))
    }

    /// The character behind the upper or the lower end of a diagonal line.
    pub(super) fn diagonal(&self, (row, column): (usize, usize), way: Way) -> char {
        let is_right = (self.rows[row][column] == '/') == (way == Way::Up);
        let row = if way == Way::Up { row.checked_sub(1) } else { Some(row + 1) };
        let column = if is_right { Some(column + 1) } else { column.checked_sub(1) };
        row.zip(column).and_then(|(row, column)| self.rows.get(row)?.get(column).copied()).unwrap_or(' ')
    }

    /// The text of all rows: what is no line, up to two spaces or a line.
    pub(super) fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::new();
        for (row, characters) in self.rows.iter().enumerate() {
            let mut end = 0;
            for (column, &character) in characters.iter().enumerate() {
                let is_text = !matches!(character, ' ' | TAKEN) && !self.is_line((row, column));
                if !is_text {
                    continue;
                }
                let cells = cells_of(character);
                match labels.last_mut() {
                    Some(label)
                        if label.row == row && column <= end + 1 && (column == end || characters[end] == ' ') =>
                    {
                        label.text.extend((end..column).map(|_| ' ').chain([character]));
                        label.cells = column + cells - label.column;
                    }
                    _ => labels.push(Label { row, column, cells, text: character.to_string() }),
                }
                end = column + cells;
            }
        }
        labels
    }
}

/// Where the lines of a character lead. None for text.
pub(super) fn ways(character: char) -> &'static [Way] {
    use Way::{Down, Left, Right, Up};
    match character {
        '-' | '~' | '─' | '╌' => &[Left, Right],
        '|' | ':' | '│' | '╎' => &[Up, Down],
        '+' | '*' | 'o' | '┼' => &[Up, Right, Down, Left],
        '.' | ',' | '┬' => &[Right, Down, Left],
        '\'' | '`' | '┴' => &[Up, Right, Left],
        '├' => &[Up, Right, Down],
        '┤' => &[Up, Down, Left],
        '┌' | '╭' => &[Right, Down],
        '┐' | '╮' => &[Down, Left],
        '└' | '╰' => &[Up, Right],
        '┘' | '╯' => &[Up, Left],
        '>' | '▶' | '→' => &[Left],
        '<' | '◀' | '←' => &[Right],
        '^' | '▲' | '↑' => &[Down],
        'v' | 'V' | '▼' | '↓' => &[Up],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_lines_are_told_apart() {
        for (drawing, labels) in [
            ("+----+\n| a  |\n+----+", &["a"][..]),
            ("a-b --> c/d.\n", &["a-b", "c/d."]),
            ("| key: 1  v2  |\n| k:   2 of + |", &["key: 1", "v2", "k:", "2 of +"]),
            (".--.\n|no|  x - y\n'--'", &["no", "x - y"]),
            ("  |\n  v\nover", &["over"]),
            ("日本 --> x", &["日本", "x"]),
        ] {
            let found: Vec<String> = Grid::new(drawing).labels().into_iter().map(|label| label.text).collect();
            assert_eq!(found, labels, "{drawing}");
        }
    }
}
