//! Tables of a page: lines whose pieces stand in columns become rows, the rest stays lines of text.
//!
//! A column ends at a gutter: a strip that no piece of any line of the table covers, and that is either wide in most lines or
//! holds a drawn line. Where lines are drawn as a grid, that alone decides. Cells of several lines are put together again, by the lines drawn between rows or else by what is
//! missing in a line. Text that happens to stand in columns becomes rows too, which costs nothing: a row is read as a whole. A
//! value that a line break divides outside a table is not put together.

use super::content::{Rule, turned};
use super::lines::{Line, Piece, is_wide};

/// Lines of a table, at least and at most; a longer one begins anew.
const LINES_MIN: usize = 3;
const LINES_MAX: usize = 400;

/// Vertical lines of a page from which on it is a drawing rather than a table.
const BORDERS_MAX: usize = 4_096;

/// A part of a page, from top to bottom.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// A line of text.
    Text(String),
    /// Rows of cells, with the gutters between their columns.
    Table(Vec<Vec<String>>, Vec<Gutter>),
}

/// A strip between two columns, from left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gutter {
    x0: f64,
    x1: f64,
}

/// The parts of a page whose lines are all read in the same direction, and which has these drawn lines.
pub(super) fn blocks(lines: &[Line], rules: &Rules) -> Vec<Block> {
    let mut blocks = Vec::new();
    let borders: Vec<Vec<f64>> = lines
        .iter()
        .map(|l| rules.borders(half_height(l)))
        .collect();
    let mut tables = Tables {
        lines,
        rules,
        found: vec![None; lines.len()],
    };
    let mut at = 0;
    while at < lines.len() {
        if let Some((n, rows, gutters)) = grid(&lines[at..], &borders[at..], rules) {
            blocks.push(Block::Table(rows, gutters));
            at += n;
            continue;
        }
        match tables.best_at(at) {
            Some((n, gutters)) => {
                let of_table = &lines[at..at + n];
                blocks.push(Block::Table(rows(of_table, &gutters, rules), gutters));
                at += n;
            }
            None => {
                blocks.push(Block::Text(lines[at].text()));
                at += 1;
            }
        }
    }
    blocks
}

/// Whether a table can go on as another on the next page: it has the same columns.
pub(super) fn goes_on(before: &[Gutter], after: &[Gutter]) -> bool {
    let overlap = |(a, b): (&Gutter, &Gutter)| a.x0 < b.x1 + 1.0 && b.x0 < a.x1 + 1.0;
    before.len() == after.len() && before.iter().zip(after).all(overlap)
}

/// Drawn lines, by direction: where they stand, and from where to where.
#[derive(Default)]
pub(super) struct Rules {
    /// Sorted by `x`: x, from y, to y.
    vertical: Vec<(f64, f64, f64)>,
    /// Sorted by `y`: y, from x, to x.
    horizontal: Vec<(f64, f64, f64)>,
}

impl Rules {
    pub(super) fn new(rules: &[Rule], turn: u8) -> Rules {
        let mut all = Rules::default();
        for rule in rules {
            let (from, to) = (turned(rule.from, turn), turned(rule.to, turn));
            let (dx, dy) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
            if dx < dy {
                let (low, high) = (from.1.min(to.1), from.1.max(to.1));
                all.vertical.push((from.0, low, high));
            } else {
                let (left, right) = (from.0.min(to.0), from.0.max(to.0));
                all.horizontal.push((from.1, left, right));
            }
        }
        all.vertical.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.horizontal.sort_by(|a, b| a.0.total_cmp(&b.0));
        all
    }

    /// Where vertical lines cross a height, from left to right; what is too near for a character between is one border.
    fn borders(&self, y: f64) -> Vec<f64> {
        let mut borders: Vec<f64> = Vec::new();
        if self.vertical.len() > BORDERS_MAX {
            return borders;
        }
        for (x, low, high) in &self.vertical {
            let is_new = borders.last().is_none_or(|last| x - last > 6.0);
            if *low <= y && y <= *high && is_new {
                borders.push(*x);
            }
        }
        borders
    }

    fn has_vertical(&self, gutter: Gutter, y: f64) -> bool {
        let first = self
            .vertical
            .partition_point(|rule| rule.0 < gutter.x0 - 1.0);
        let mut within = self.vertical[first..]
            .iter()
            .take_while(|rule| rule.0 <= gutter.x1 + 1.0);
        within.any(|(_, low, high)| *low <= y && y <= *high)
    }

    /// Whether a line is drawn between two heights, along a good part of a strip.
    fn has_horizontal(&self, low: f64, high: f64, (left, right): (f64, f64)) -> bool {
        let first = self.horizontal.partition_point(|rule| rule.0 < low);
        let within = self.horizontal[first..]
            .iter()
            .take_while(|rule| rule.0 <= high);
        let covered: f64 = within
            .map(|(_, from, to)| (to.min(right) - from.max(left)).max(0.0))
            .sum();
        covered > 0.3 * (right - left)
    }
}

/// The table that begins at the first line, if it is drawn as a grid: its columns stand between the vertical lines, its rows
/// between the horizontal ones.
fn grid(
    lines: &[Line],
    of_lines: &[Vec<f64>],
    rules: &Rules,
) -> Option<(usize, Vec<Vec<String>>, Vec<Gutter>)> {
    let borders = of_lines.first()?;
    let gutters: Vec<Gutter> = borders
        .get(1..borders.len().saturating_sub(1))?
        .iter()
        .map(|x| Gutter { x0: *x, x1: *x })
        .collect();
    if gutters.is_empty() {
        return None;
    }
    let is_same = |others: &&Vec<f64>| {
        let is_near = |(a, b): (&f64, &f64)| (a - b).abs() < 2.0;
        others.len() == borders.len() && others.iter().zip(borders).all(is_near)
    };
    let n = of_lines.iter().take(LINES_MAX).take_while(is_same).count();
    let width = (borders[0], borders[borders.len() - 1]);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut from = 0;
    for i in 1..=n {
        let is_last = i == n || rules.has_horizontal(lines[i].y, lines[i - 1].y, width);
        if is_last {
            let of_row: Vec<Vec<String>> = lines[from..i]
                .iter()
                .map(|line| cells(line, &gutters))
                .collect();
            rows.push(joined(&of_row));
            from = i;
        }
    }
    // Without lines between the rows it is a frame around columns.
    (rows.len() > 1).then_some((n, rows, gutters))
}

/// Half the height of a line's characters.
fn half_height(line: &Line) -> f64 {
    line.y + 0.3 * line.size
}

/// A number of lines, and the gutters they have in common.
type Run = (usize, Vec<Gutter>);

/// The tables of a page by their first lines, each looked for once.
struct Tables<'l> {
    lines: &'l [Line],
    rules: &'l Rules,
    /// For each line that was asked for, the table that begins there, if one does.
    found: Vec<Option<Option<Run>>>,
}

impl Tables<'_> {
    /// The table that begins at a line, unless one with more columns begins at one of the next two.
    fn best_at(&mut self, at: usize) -> Option<Run> {
        let n_gutters = self.n_gutters(at);
        let is_best = n_gutters > 0 && (1..3).all(|i| self.n_gutters(at + i) <= n_gutters);
        is_best.then(|| self.found[at].take().flatten())?
    }

    fn n_gutters(&mut self, at: usize) -> usize {
        let Some(found) = self.found.get_mut(at) else {
            return 0;
        };
        let run = found.get_or_insert_with(|| table(&self.lines[at..], self.rules));
        run.as_ref().map_or(0, |(_, gutters)| gutters.len())
    }
}

/// The longest run of lines from the first on that have a gutter in common.
fn table(lines: &[Line], rules: &Rules) -> Option<Run> {
    let first = lines.first().filter(|line| line.pieces.len() > 1)?;
    let between = |two: &[Piece]| Gutter {
        x0: two[0].x1,
        x1: two[1].x0,
    };
    let mut gutters: Vec<Gutter> = first.pieces.windows(2).map(between).collect();
    let mut n = 1;
    for (before, line) in lines.iter().zip(&lines[1..]).take(LINES_MAX - 1) {
        if before.y - line.y > 4.0 * line.size.max(before.size) {
            break;
        }
        let narrowed: Vec<Gutter> = gutters.iter().filter_map(|g| narrowed(*g, line)).collect();
        // A line that closes most gutters at once is no row: a title, or the text below.
        if narrowed.len() * 2 < gutters.len() || narrowed.is_empty() {
            break;
        }
        gutters = narrowed;
        n += 1;
    }
    let gutters: Vec<Gutter> = gutters
        .into_iter()
        .filter(|gutter| is_gutter(*gutter, &lines[..n], rules))
        .collect();
    (n >= LINES_MIN && !gutters.is_empty()).then_some((n, gutters))
}

/// What a line leaves of a gutter.
fn narrowed(gutter: Gutter, line: &Line) -> Option<Gutter> {
    let mut left = gutter;
    for piece in &line.pieces {
        if piece.x1 <= left.x0 || piece.x0 >= left.x1 {
            continue;
        }
        let before = Gutter {
            x0: left.x0,
            x1: piece.x0,
        };
        let after = Gutter {
            x0: piece.x1,
            x1: left.x1,
        };
        left = match before.x1 - before.x0 > after.x1 - after.x0 {
            true => before,
            false => after,
        };
    }
    (left.x1 - left.x0 > 0.15 * line.size).then_some(left)
}

/// Whether a strip is wide in most lines, or drawn.
fn is_gutter(gutter: Gutter, lines: &[Line], rules: &Rules) -> bool {
    let middle = (gutter.x0 + gutter.x1) / 2.0;
    let (mut n_lines, mut n_wide, mut n_drawn) = (0, 0, 0);
    for line in lines {
        let before = line.pieces.iter().rev().find(|piece| piece.x1 <= middle);
        let after = line.pieces.iter().find(|piece| piece.x0 >= middle);
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        n_lines += 1;
        n_wide += usize::from(!after.is_word && after.x0 - before.x1 > 0.9 * line.size);
        let around = Gutter {
            x0: before.x1,
            x1: after.x0,
        };
        n_drawn += usize::from(rules.has_vertical(around, half_height(line)));
    }
    n_lines > 0 && (n_wide * 2 > n_lines || n_drawn * 2 > n_lines)
}

/// The cells of a line.
fn cells(line: &Line, gutters: &[Gutter]) -> Vec<String> {
    let mut cells = vec![String::new(); gutters.len() + 1];
    for piece in &line.pieces {
        let middle = (piece.x0 + piece.x1) / 2.0;
        let column = gutters.partition_point(|gutter| (gutter.x0 + gutter.x1) / 2.0 < middle);
        if !cells[column].is_empty() {
            cells[column].push(' ');
        }
        cells[column].push_str(&piece.text);
    }
    cells
}

/// The rows of a table: its lines, of which those that go on with the cells of another are put to it.
fn rows(lines: &[Line], gutters: &[Gutter], rules: &Rules) -> Vec<Vec<String>> {
    let left = lines
        .iter()
        .map(|line| line.pieces[0].x0)
        .fold(f64::MAX, f64::min);
    let right = lines
        .iter()
        .filter_map(|line| line.pieces.last())
        .map(|p| p.x1);
    let width = (left, right.fold(f64::MIN, f64::max));
    let of_lines: Vec<Vec<String>> = lines.iter().map(|line| cells(line, gutters)).collect();
    let is_drawn = |i: usize| {
        let (above, below) = (&lines[i - 1], &lines[i]);
        rules.has_horizontal(below.y, above.y, width)
    };
    let drawn: Vec<usize> = (1..lines.len()).filter(|i| is_drawn(*i)).collect();
    let mut rows = Vec::new();
    let mut from = 0;
    for to in drawn.iter().copied().chain([lines.len()]) {
        let of_group = &of_lines[from..to];
        let n_full = of_group.iter().filter(|row| is_full(row)).count();
        // Between two drawn lines stands one row, unless lines are drawn around a table alone.
        match !drawn.is_empty() && (n_full <= 1 || of_group.len() == 1) {
            true => rows.push(joined(of_group)),
            false => rows.extend(by_gaps(&lines[from..to], of_group)),
        }
        from = to;
    }
    rows
}

/// Rows where none are drawn: a line that has nothing in its first column and not much in the others goes on with the row
/// above, if it stands close below.
fn by_gaps(lines: &[Line], of_lines: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut from = 0;
    for i in 1..=lines.len() {
        let goes_on = lines.get(i).is_some_and(|line| {
            let is_close = lines[i - 1].y - line.y <= 1.5 * line.size;
            is_close && of_lines[i][0].is_empty() && !is_full(&of_lines[i])
        });
        if !goes_on {
            rows.push(joined(&of_lines[from..i]));
            from = i;
        }
    }
    rows
}

/// Whether a line has something in more than half of the columns.
fn is_full(cells: &[String]) -> bool {
    cells.iter().filter(|cell| !cell.is_empty()).count() * 2 > cells.len()
}

/// Lines of one row, each cell from top to bottom.
fn joined(lines: &[Vec<String>]) -> Vec<String> {
    let mut row = lines.first().cloned().unwrap_or_default();
    for line in lines.iter().skip(1) {
        for (cell, more) in row.iter_mut().zip(line) {
            // A number or an address that is broken goes on; words have a blank between.
            let is_words = cell.contains(' ') || more.contains(' ');
            let is_western = !is_wide(cell)
                && !more
                    .chars()
                    .next()
                    .is_some_and(|c| is_wide(c.encode_utf8(&mut [0; 4])));
            if is_words && is_western && !cell.is_empty() && !more.is_empty() {
                cell.push(' ');
            }
            cell.push_str(more);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::super::lines::{lines, tests::chars};
    use super::*;

    fn of(parts: &[(f64, f64, &str)], rules: &[Rule]) -> Vec<Block> {
        let all = parts.iter().flat_map(|(x, y, text)| chars(*x, *y, text));
        blocks(&lines(all.collect()), &Rules::new(rules, 0))
    }

    #[track_caller]
    fn check(parts: &[(f64, f64, &str)], rules: &[Rule], want: &[&[&str]]) {
        let blocks = of(parts, rules);
        let rows: Vec<Vec<String>> = blocks
            .into_iter()
            .flat_map(|block| match block {
                Block::Text(line) => vec![vec![line]],
                Block::Table(rows, _) => rows,
            })
            .collect();
        assert_eq!(rows, want);
    }

    #[test]
    fn pieces_in_columns_are_rows_and_a_title_is_not() {
        check(
            &[
                (0.0, 90.0, "住客登记表和其它"),
                (0.0, 70.0, "姓名"),
                (60.0, 70.0, "手机号"),
                (0.0, 58.0, "张伟"),
                (60.0, 58.0, "13800138000"),
                (0.0, 46.0, "欧阳娜娜"),
                (60.0, 46.0, "13900139000"),
                (0.0, 34.0, "以上数据由前台提供，共二人。"),
            ],
            &[],
            &[
                &["住客登记表和其它"],
                &["姓名", "手机号"],
                &["张伟", "13800138000"],
                &["欧阳娜娜", "13900139000"],
                &["以上数据由前台提供，共二人。"],
            ],
        );
    }

    #[test]
    fn cells_of_several_lines_are_one() {
        let parts = [
            (0.0, 70.0, "张伟"),
            (60.0, 70.0, "北京市朝阳区"),
            (150.0, 70.0, "4403051989"),
            (220.0, 70.0, "二〇一"),
            (60.0, 58.0, "人民路1号"),
            (150.0, 58.0, "07046856"),
            (0.0, 40.0, "李娜"),
            (60.0, 40.0, "上海市"),
            (150.0, 40.0, "6101131997"),
            (220.0, 40.0, "二〇二"),
        ];
        let want: &[&[&str]] = &[
            &[
                "张伟",
                "北京市朝阳区人民路1号",
                "440305198907046856",
                "二〇一",
            ],
            &["李娜", "上海市", "6101131997", "二〇二"],
        ];
        let rule = |y: f64| Rule {
            from: (0.0, y),
            to: (250.0, y),
        };
        check(&parts, &[rule(85.0), rule(52.0), rule(30.0)], want);
    }

    #[test]
    fn a_drawn_grid_decides_alone() {
        let line = |x0: f64, y0: f64, x1: f64, y1: f64| Rule {
            from: (x0, y0),
            to: (x1, y1),
        };
        let mut rules: Vec<Rule> = [-5.0, 55.0, 145.0, 260.0]
            .iter()
            .map(|x| line(*x, 0.0, *x, 80.0))
            .collect();
        rules.extend([0.0, 40.0, 80.0].iter().map(|y| line(-5.0, *y, 260.0, *y)));
        // What stands in the middle of its cell stands between the lines of the others.
        let parts = [
            (60.0, 66.0, "北京市朝阳区"),
            (0.0, 60.0, "张伟"),
            (150.0, 60.0, "13912345600"),
            (60.0, 54.0, "人民路1号"),
            (60.0, 26.0, "上海市浦东"),
            (0.0, 20.0, "李娜"),
            (150.0, 20.0, "13912345601"),
            (60.0, 14.0, "新区"),
        ];
        let want: &[&[&str]] = &[
            &["张伟", "北京市朝阳区人民路1号", "13912345600"],
            &["李娜", "上海市浦东新区", "13912345601"],
        ];
        check(&parts, &rules, want);
    }

    #[test]
    fn words_in_a_text_are_no_columns() {
        let parts = [
            (0.0, 30.0, "one"),
            (20.0, 30.0, "two three"),
            (0.0, 20.0, "four"),
            (25.0, 20.0, "five six"),
            (0.0, 10.0, "no"),
            (15.0, 10.0, "more"),
        ];
        check(
            &parts,
            &[],
            &[&["one two three"], &["four five six"], &["no more"]],
        );
    }

    #[test]
    fn a_table_goes_on_with_the_same_columns() {
        let at = |x0: f64, x1: f64| Gutter { x0, x1 };
        assert!(goes_on(&[at(10.0, 20.0)], &[at(12.0, 30.0)]));
        assert!(!goes_on(&[at(10.0, 20.0)], &[at(40.0, 50.0)]));
        assert!(!goes_on(
            &[at(10.0, 20.0)],
            &[at(10.0, 20.0), at(40.0, 50.0)]
        ));
    }
}
