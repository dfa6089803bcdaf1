//! Places for labels: moved apart along an edge, or where they cover the least.

/// The space between labels next to each other.
const SPACE: f64 = 5.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    /// Whether two labels overlap, or have no space between them.
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right + SPACE
            && other.left < self.right + SPACE
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn contains(&self, other: &Self) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }

    /// The part of a line from one point to another that is in the rectangle, as parts of its length (Liang and Barsky).
    pub(super) fn clip(&self, (x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> Option<(f64, f64)> {
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        let (across, down) = (to_x - x, to_y - y);
        for (along, distance) in
            [(-across, x - self.left), (across, self.right - x), (-down, y - self.top), (down, self.bottom - y)]
        {
            if along == 0.0 {
                if distance < 0.0 {
                    return None;
                }
            } else if along < 0.0 {
                first = first.max(distance / along);
            } else {
                last = last.min(distance / along);
            }
        }
        (first <= last).then_some((first, last))
    }
}

/// The centres of labels with these heights along an edge from `low` to `high`: near the wanted ones, and not over each other.
pub(super) fn spread(wanted: &[(f64, f64)], (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].0.total_cmp(&wanted[*b].0));
    let mut blocks: Vec<Block> = Vec::new();
    for index in order {
        let (centre, height) = wanted[index];
        let mut block = Block { members: vec![index], starts: centre - height / 2.0, height };
        // Blocks that touch move on as one, to the mean of what their members want.
        while let Some(before) =
            blocks.pop_if(|before| before.start((low, high)) + before.height > block.start((low, high)))
        {
            block = before.joined(block);
        }
        blocks.push(block);
    }
    let mut centres = vec![0.0; wanted.len()];
    for block in &blocks {
        let mut top = block.start((low, high));
        for index in &block.members {
            let height = wanted[*index].1;
            centres[*index] = top + height / 2.0;
            top += height;
        }
    }
    centres
}

/// Labels without space between them.
struct Block {
    members: Vec<usize>,
    /// The sum of the starts that the members want for the block.
    starts: f64,
    height: f64,
}

impl Block {
    #[expect(clippy::cast_precision_loss, reason = "there are few labels")]
    fn start(&self, (low, high): (f64, f64)) -> f64 {
        (self.starts / self.members.len() as f64).min(high - self.height).max(low)
    }

    #[expect(clippy::cast_precision_loss, reason = "there are few labels")]
    fn joined(mut self, after: Self) -> Self {
        self.starts += after.starts - self.height * after.members.len() as f64;
        self.height += after.height;
        self.members.extend(after.members);
        self
    }
}

/// What labels must not cover.
#[derive(Debug)]
pub(super) struct Obstacles {
    /// Where labels can be.
    pub(super) area: Rect,
    pub(super) boxes: Vec<Rect>,
    pub(super) lines: Vec<Vec<(f64, f64)>>,
}

impl Obstacles {
    /// How much a label would cover. Other labels weigh more than lines, and the edge more than both.
    fn cost(&self, label: &Rect) -> usize {
        let crossed = self.lines.iter().flat_map(|line| line.windows(2));
        let crossed = crossed.filter(|pair| label.clip(pair[0], pair[1]).is_some()).count();
        let covered = self.boxes.iter().filter(|other| label.overlaps(other)).count();
        crossed.min(100) + 1000 * covered + usize::from(!self.area.contains(label)) * 100_000
    }

    /// The first of the places that covers the least. It is taken.
    pub(super) fn best(&mut self, places: &[Rect]) -> usize {
        let best = (0..places.len()).min_by_key(|index| self.cost(&places[*index])).unwrap_or(0);
        self.boxes.extend(places.get(best));
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_moved_apart_and_stay_in_order() {
        for (wanted, expected) in [
            (&[50.0][..], &[50.0][..]),
            (&[50.0, 50.0], &[45.0, 55.0]),
            (&[52.0, 48.0], &[55.0, 45.0]),
            (&[0.0, 100.0], &[5.0, 95.0]),
            (&[40.0, 45.0, 70.0], &[37.5, 47.5, 70.0]),
            (&[40.0, 45.0, 50.0], &[35.0, 45.0, 55.0]),
            (&[100.0, 100.0, 100.0], &[75.0, 85.0, 95.0]),
            (&[], &[]),
        ] {
            let wanted: Vec<(f64, f64)> = wanted.iter().map(|centre| (*centre, 10.0)).collect();
            assert_eq!(spread(&wanted, (0.0, 100.0)), expected);
        }
    }

    #[test]
    fn a_label_is_where_it_covers_the_least() {
        let at = |left: f64, top: f64| Rect { left, top, right: left + 20.0, bottom: top + 10.0 };
        let area = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let mut obstacles =
            Obstacles { area, boxes: vec![at(0.0, 0.0)], lines: vec![vec![(0.0, 50.0), (100.0, 50.0)]] };
        assert_eq!(obstacles.best(&[at(10.0, 5.0), at(50.0, 45.0), at(90.0, 20.0), at(50.0, 60.0)]), 3);
        assert_eq!(obstacles.best(&[at(50.0, 60.0), at(50.0, 45.0)]), 1, "the place is taken");
    }

    #[test]
    fn a_line_is_clipped_to_a_rectangle() {
        let area = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        assert_eq!(area.clip((-10.0, 5.0), (30.0, 5.0)), Some((0.25, 0.5)));
        assert_eq!(area.clip((2.0, 2.0), (8.0, 8.0)), Some((0.0, 1.0)));
        assert_eq!(area.clip((-5.0, -1.0), (15.0, -1.0)), None);
        assert_eq!(area.clip((5.0, 5.0), (5.0, 5.0)), Some((0.0, 1.0)));
    }
}
