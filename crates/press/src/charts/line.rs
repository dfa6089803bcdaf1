//! Lines from points: in steps if wanted, clipped to the plot, and without the points that nobody would see.

use super::place::Rect;

/// The points of a line.
pub(super) type Line = Vec<(f64, f64)>;

/// How far a line may be from a point that is left out: less than a third of a pixel on a phone.
const TOLERANCE: f64 = 0.3;

/// The widths of columns of which only the ends and the extremes remain: the wider one is for lines that are nothing but noise.
const COLUMNS: [f64; 2] = [1.5, 3.0];

/// The most points of a line in narrow columns. More would be more than a kilobyte, compressed.
const MOST: usize = 300;

/// A stair: each value holds until the next place.
pub(super) fn stepped(points: &[(f64, f64)]) -> Line {
    let mut line = Line::with_capacity(points.len() * 2);
    for point in points {
        if let Some(last) = line.last().copied() {
            line.push((point.0, last.1));
        }
        line.push(*point);
    }
    line
}

/// The pieces of a line within an area.
pub(super) fn clipped(line: &[(f64, f64)], area: &Rect) -> Vec<Line> {
    let mut pieces: Vec<Line> = Vec::new();
    if let [point] = line {
        return if area.clip(*point, *point).is_some() { vec![vec![*point]] } else { pieces };
    }
    let mut is_open = false;
    for pair in line.windows(2) {
        let Some((first, last)) = area.clip(pair[0], pair[1]) else {
            is_open = false;
            continue;
        };
        let at = |part: f64| (pair[0].0 + part * (pair[1].0 - pair[0].0), pair[0].1 + part * (pair[1].1 - pair[0].1));
        match pieces.last_mut().filter(|_| is_open && first <= 0.0) {
            Some(piece) => piece.push(at(last)),
            None => pieces.push(vec![at(first), at(last)]),
        }
        is_open = last >= 1.0;
    }
    pieces
}

/// The line without points that make no difference.
pub(super) fn thinned(line: &[(f64, f64)]) -> Line {
    let [narrow, wide] = COLUMNS;
    let thinned = simplified(extremes(line, narrow));
    if thinned.len() <= MOST { thinned } else { simplified(extremes(line, wide)) }
}

/// The line without points that are nearly on the line between their neighbours.
fn simplified(line: Line) -> Line {
    let mut keeps = vec![false; line.len()];
    let mut spans = vec![(0, line.len().saturating_sub(1))];
    // Douglas and Peucker, with a list instead of recursion: the depth can be that of the number of points.
    while let Some((first, last)) = spans.pop() {
        if first >= line.len() {
            continue;
        }
        (keeps[first], keeps[last]) = (true, true);
        let distances = (first + 1..last).map(|index| (distance(line[index], line[first], line[last]), index));
        if let Some((farthest, index)) = distances.max_by(|a, b| a.0.total_cmp(&b.0))
            && farthest > TOLERANCE
        {
            spans.extend([(first, index), (index, last)]);
        }
    }
    line.into_iter().zip(keeps).filter(|(_, keeps)| *keeps).map(|(point, _)| point).collect()
}

/// Of each run of points in one column of this width, the first, the lowest, the highest and the last.
fn extremes(line: &[(f64, f64)], wide: f64) -> Line {
    let column = |point: &(f64, f64)| (point.0 / wide).floor();
    let mut kept = Line::new();
    for run in line.chunk_by(|a, b| column(a).total_cmp(&column(b)).is_eq()) {
        let lowest = (0..run.len()).min_by(|a, b| run[*a].1.total_cmp(&run[*b].1)).unwrap_or(0);
        let highest = (0..run.len()).max_by(|a, b| run[*a].1.total_cmp(&run[*b].1)).unwrap_or(0);
        let mut indices = [0, lowest.min(highest), lowest.max(highest), run.len() - 1].to_vec();
        indices.dedup();
        kept.extend(indices.into_iter().map(|index| run[index]));
    }
    kept
}

/// The distance of a point from a line between two others.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    let square = across * across + down * down;
    let (x, y) = (point.0 - from.0, point.1 - from.1);
    let part = if square == 0.0 { 0.0 } else { ((x * across + y * down) / square).clamp(0.0, 1.0) };
    let (x, y) = (x - part * across, y - part * down);
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_needs_two_points_and_a_peak_is_kept() {
        let straight: Line = (0..1000).map(|at| (f64::from(at) / 5.0, f64::from(at) / 10.0)).collect();
        assert_eq!(thinned(&straight), [(0.0, 0.0), (199.8, 99.9)]);
        let mut peak = straight.clone();
        peak[501].1 = 150.0;
        assert!(thinned(&peak).contains(&(100.2, 150.0)));
        assert_eq!(thinned(&[]), []);
        assert_eq!(thinned(&[(1.0, 2.0)]), [(1.0, 2.0)]);
    }

    #[test]
    fn ten_thousand_points_of_noise_become_a_few_hundred() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 16) / 65_536.0
        };
        let noise: Line = (0..10_000).map(|at| (f64::from(at) / 40.0, random() * 170.0)).collect();
        let thinned = thinned(&noise);
        assert!((150..400).contains(&thinned.len()), "{}", thinned.len());
        assert_eq!((thinned.first(), thinned.last()), (noise.first(), noise.last()));
    }

    #[test]
    fn a_line_that_leaves_the_plot_comes_back_as_another_piece() {
        let area = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        let line = [(0.0, 5.0), (2.0, 15.0), (4.0, 5.0), (6.0, 5.0)];
        assert_eq!(clipped(&line, &area), [vec![(0.0, 5.0), (1.0, 10.0)], vec![(3.0, 10.0), (4.0, 5.0), (6.0, 5.0)]]);
        assert_eq!(clipped(&[(5.0, 5.0)], &area), [[(5.0, 5.0)]]);
        assert!(clipped(&[(50.0, 5.0)], &area).is_empty());
        assert_eq!(stepped(&[(0.0, 1.0), (2.0, 3.0)]), [(0.0, 1.0), (2.0, 1.0), (2.0, 3.0)]);
    }
}
