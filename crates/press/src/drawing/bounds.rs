//! The bounds of shapes: a drawing without its labels is cropped to them. The control points of curves count as well, which makes bounds a little larger.

use quick_xml::events::BytesStart;

use super::value;

/// The least rectangle around some points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Bounds {
    /// Bounds around nothing.
    pub(super) const NONE: Self =
        Self { left: f64::INFINITY, top: f64::INFINITY, right: f64::NEG_INFINITY, bottom: f64::NEG_INFINITY };

    fn add(&mut self, x: f64, y: f64) {
        self.left = self.left.min(x);
        self.right = self.right.max(x);
        self.top = self.top.min(y);
        self.bottom = self.bottom.max(y);
    }

    /// Extends the bounds by a shape. `None` if its extent is unknown.
    pub(super) fn add_shape(&mut self, shape: &BytesStart) -> Option<()> {
        let number = |name: &str| value(shape, name).map_or(Some(0.0), |text| text.trim().parse::<f64>().ok());
        if value(shape, "transform").is_some() {
            return None;
        }
        match shape.name().0 {
            "path" => return self.add_path(&value(shape, "d")?),
            "polyline" | "polygon" => {
                let points = numbers(&value(shape, "points")?)?;
                points.chunks_exact(2).for_each(|point| self.add(point[0], point[1]));
            }
            "rect" => {
                let (x, y) = (number("x")?, number("y")?);
                self.add(x, y);
                self.add(x + number("width")?, y + number("height")?);
            }
            "circle" => {
                let (x, y, r) = (number("cx")?, number("cy")?, number("r")?);
                self.add(x - r, y - r);
                self.add(x + r, y + r);
            }
            "line" => {
                self.add(number("x1")?, number("y1")?);
                self.add(number("x2")?, number("y2")?);
            }
            _ => return None,
        }
        Some(())
    }

    /// Extends the bounds by the data of a path (SVG 2 §9.3). `None` if it has arcs.
    fn add_path(&mut self, data: &str) -> Option<()> {
        let mut pen = Pen::default();
        let mut rest = data.trim_start();
        while let Some(command) = rest.chars().next().filter(char::is_ascii_alphabetic) {
            let is_command = |character: char| character.is_ascii_alphabetic() && character != 'e';
            let end = rest[1..].find(is_command).map_or(rest.len(), |at| at + 1);
            pen.draw(command, &numbers(&rest[1..end])?, self)?;
            rest = &rest[end..];
        }
        rest.is_empty().then_some(())
    }
}

/// The current point of a path, and the start of its current subpath.
#[derive(Default)]
struct Pen {
    x: f64,
    y: f64,
    start: (f64, f64),
}

impl Pen {
    fn draw(&mut self, command: char, arguments: &[f64], bounds: &mut Bounds) -> Option<()> {
        let kind = command.to_ascii_uppercase();
        let length = match kind {
            'H' | 'V' => 1,
            'M' | 'L' | 'T' => 2,
            'S' | 'Q' => 4,
            'C' => 6,
            'Z' => {
                (self.x, self.y) = self.start;
                return Some(());
            }
            _ => return None,
        };
        for (at, group) in arguments.chunks_exact(length).enumerate() {
            let (x, y) = if command.is_ascii_lowercase() { (self.x, self.y) } else { (0.0, 0.0) };
            match kind {
                'H' => self.x = x + group[0],
                'V' => self.y = y + group[0],
                _ => group.chunks_exact(2).for_each(|point| {
                    (self.x, self.y) = (x + point[0], y + point[1]);
                    bounds.add(self.x, self.y);
                }),
            }
            bounds.add(self.x, self.y);
            if at == 0 && kind == 'M' {
                self.start = (self.x, self.y);
            }
        }
        Some(())
    }
}

/// The numbers of a list, as SVG writes them: `1-2.5.5` is three. `None` if there is anything else.
fn numbers(list: &str) -> Option<Vec<f64>> {
    let mut numbers = Vec::new();
    let mut number = String::new();
    let mut take = |number: &mut String| {
        if !number.is_empty() {
            numbers.push(std::mem::take(number).parse().ok()?);
        }
        Some(())
    };
    for character in list.chars() {
        let begins = match character {
            '-' | '+' => !number.ends_with('e'),
            '.' => number.contains(['.', 'e']),
            _ => false,
        };
        let is_between = character.is_ascii_whitespace() || character == ',';
        if begins || is_between {
            take(&mut number)?;
        }
        if !is_between {
            number.push(character);
        }
    }
    take(&mut number)?;
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;

    fn bounds(shape: &str) -> Option<[f64; 4]> {
        let mut bounds = Bounds::NONE;
        match Reader::from_str(shape).read_event() {
            Ok(Event::Empty(shape)) => bounds.add_shape(&shape)?,
            other => panic!("{other:?}"),
        }
        Some([bounds.left, bounds.top, bounds.right, bounds.bottom])
    }

    #[test]
    fn the_bounds_of_a_shape_are_those_of_its_points() {
        for (shape, expected) in [
            ("<rect x='1' y='2' width='3' height='4'/>", Some([1.0, 2.0, 4.0, 6.0])),
            ("<circle cx='5' r='2'/>", Some([3.0, -2.0, 7.0, 2.0])),
            ("<polyline points='1,2 3,4 0,9'/>", Some([0.0, 2.0, 3.0, 9.0])),
            ("<line x1='1' y2='3'/>", Some([0.0, 0.0, 1.0, 3.0])),
            ("<path d='M10 32h110v44h-110zm1 1h1'/>", Some([10.0, 32.0, 120.0, 76.0])),
            ("<path d='M0 0C1 5 2 5 3 0L1e1-.5.5.5'/>", Some([0.0, -0.5, 10.0, 5.0])),
            ("<path d='M0 0A1 1 0 0 1 2 2'/>", None),
            ("<path d='M0 0' transform='scale(2)'/>", None),
            ("<path d='M0 é'/>", None),
            ("<path d='0 0'/>", None),
            ("<ellipse rx='1'/>", None),
        ] {
            assert_eq!(bounds(shape), expected, "{shape}");
        }
    }
}
