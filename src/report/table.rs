//! Tables for a terminal: columns that line up whatever script their cells are in, in the width
//! there is.
//!
//! A table that is too wide first cuts the cells of columns that may shrink, then leaves out
//! optional columns from the right. Every line of a table is padded to the same width. This file
//! knows no report.

use std::io;

use super::terminal::{Cut, Page, Span, Style, shorten, width};

/// Columns between two columns of a table.
const GAP: usize = 2;

/// Widest and narrowest bar.
const BAR_MAX: usize = 24;
const BAR_MIN: usize = 6;

/// What a column that may shrink keeps on the narrowest page.
const LAST_FLOOR: usize = 6;

/// How the width of a column is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// As wide as its widest cell.
    Natural,
    /// The same, but down to so many columns if the table is too wide.
    Shrink(usize, Cut),
    /// What is left, for bars.
    Bar,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    head: Span,
    right: bool,
    fit: Fit,
    /// 0 for a column that must stay; the highest is left out first.
    optional: u8,
}

impl Column {
    /// A column of text.
    pub(super) fn text(head: &str, fit: Fit) -> Column {
        Column {
            head: Span::new(head, Style::Dim),
            right: false,
            fit,
            optional: 0,
        }
    }

    /// A column of numbers, aligned at the right.
    pub(super) fn number(head: &str) -> Column {
        Column {
            right: true,
            ..Column::text(head, Fit::Natural)
        }
    }

    /// A column of bars; left out if there is no room.
    pub(super) fn bar() -> Column {
        Column::text("", Fit::Bar).optional()
    }

    /// The same column, left out if there is no room.
    pub(super) fn optional(self) -> Column {
        Column {
            optional: 1,
            ..self
        }
    }

    /// The same column, left out before all others.
    pub(super) fn expendable(self) -> Column {
        Column {
            optional: 2,
            ..self
        }
    }

    /// The same column with its head in bold: the title of the table.
    pub(super) fn title(self) -> Column {
        Column {
            head: Span::new(self.head.text(), Style::Bold),
            ..self
        }
    }
}

/// One cell.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Text.
    Text(Span),
    /// A bar: a share from 0 to 1 of the column's width.
    Bar(f64),
}

impl Cell {
    /// Text without style.
    pub(super) fn plain(text: &str) -> Cell {
        Cell::Text(Span::plain(text))
    }

    /// Text in a style.
    pub(super) fn styled(text: &str, style: Style) -> Cell {
        Cell::Text(Span::new(text, style))
    }

    fn width(&self) -> usize {
        match self {
            Cell::Text(span) => span.width(),
            Cell::Bar(_) => 0,
        }
    }
}

/// A table: a head and rows. Rows have as many cells as there are columns.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: Vec<Column>) -> Table {
        Table {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// Writes head and rows to a page.
    pub(super) fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        for line in self.lines(page.inner()) {
            page.line(&line)?;
        }
        Ok(())
    }

    /// Head and rows, each line padded to the same width, which is at most `max` unless not even
    /// the columns that must stay find room in it.
    pub(super) fn lines(&self, max: usize) -> Vec<Vec<Span>> {
        let widths = self.layout(max);
        let head = self.columns.iter().map(|c| Cell::Text(c.head.clone()));
        let head = self.line(&head.collect::<Vec<_>>(), &widths);
        let rows = self.rows.iter().map(|row| self.line(row, &widths));
        std::iter::once(head).chain(rows).collect()
    }

    /// The width of every column; none for one that is empty or left out.
    fn layout(&self, max: usize) -> Vec<Option<usize>> {
        let natural = (0..self.columns.len()).map(|i| Some(self.natural(i)).filter(|w| *w > 0));
        let mut widths: Vec<Option<usize>> = natural.collect();
        loop {
            let total = total(&widths);
            if total <= max {
                self.spread(&mut widths, max - total);
                return widths;
            }
            let floor: Vec<_> = self
                .columns
                .iter()
                .zip(&widths)
                .map(|(c, w)| w.map(|w| c.floor(w)))
                .collect();
            // The last of equals, so from the right.
            let dropped = (0..widths.len())
                .filter(|i| self.columns[*i].optional > 0 && widths[*i].is_some())
                .max_by_key(|i| self.columns[*i].optional);
            match dropped {
                Some(i) if self::total(&floor) > max => widths[i] = None,
                _ => {
                    self.shrink(&mut widths, total - max);
                    return widths;
                }
            }
        }
    }

    fn natural(&self, i: usize) -> usize {
        let column = &self.columns[i];
        let cells = self.rows.iter().map(|row| row[i].width());
        let widest = cells.chain([column.head.width()]).max().unwrap_or(0);
        match column.fit {
            // A note in place of a bar is not cut.
            Fit::Bar => widest.max(BAR_MIN),
            _ => widest,
        }
    }

    /// Gives columns that are left over to the bars.
    fn spread(&self, widths: &mut [Option<usize>], left: usize) {
        let bars = self.columns.iter().zip(widths);
        for (_, bar) in bars.filter(|(c, _)| c.fit == Fit::Bar) {
            *bar = bar.map(|w| (w + left).min(BAR_MAX.max(w)));
        }
    }

    /// Takes so many columns from those that may shrink, always from the widest.
    fn shrink(&self, widths: &mut [Option<usize>], over: usize) {
        for _ in 0..over {
            let widest = |floor: &dyn Fn(&Column, usize) -> usize| {
                (0..widths.len())
                    .filter(|i| widths[*i].is_some_and(|w| w > floor(&self.columns[*i], w)))
                    .max_by_key(|i| widths[*i])
            };
            // Past their floors they shrink only when nothing is left to leave out.
            match widest(&Column::floor).or_else(|| widest(&Column::last_floor)) {
                Some(i) => widths[i] = widths[i].map(|w| w - 1),
                None => return,
            }
        }
    }

    fn line(&self, cells: &[Cell], widths: &[Option<usize>]) -> Vec<Span> {
        let mut line = Vec::new();
        for ((cell, column), columns) in cells.iter().zip(&self.columns).zip(widths) {
            let Some(columns) = *columns else { continue };
            if !line.is_empty() {
                line.push(Span::plain(&" ".repeat(GAP)));
            }
            let span = match cell {
                Cell::Text(span) => {
                    let cut = match column.fit {
                        Fit::Shrink(_, cut) => cut,
                        _ => Cut::End,
                    };
                    span.with_text(shorten(span.text(), columns, cut))
                }
                Cell::Bar(share) => Span::new(&bar(*share, columns), Style::Dim),
            };
            let pad = Span::plain(&" ".repeat(columns.saturating_sub(span.width())));
            line.extend(if column.right {
                [pad, span]
            } else {
                [span, pad]
            });
        }
        line
    }
}

impl Column {
    fn floor(&self, natural: usize) -> usize {
        match self.fit {
            Fit::Shrink(min, _) => natural.min(min.max(width(self.head.text()))),
            _ => natural,
        }
    }

    fn last_floor(&self, natural: usize) -> usize {
        match self.fit {
            Fit::Shrink(..) => natural.min(LAST_FLOOR),
            _ => natural,
        }
    }
}

fn total(widths: &[Option<usize>]) -> usize {
    let n = widths.iter().flatten().count();
    widths.iter().flatten().sum::<usize>() + GAP * n.saturating_sub(1)
}

/// A bar of eighths of blocks. Anything above zero shows at least an eighth.
pub(super) fn bar(share: f64, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let eighths = (share * columns as f64 * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { eighths };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![
            Column::text("类别 category", Fit::Shrink(8, Cut::End)).title(),
            Column::number("items"),
            Column::text("path", Fit::Shrink(12, Cut::Middle)),
            Column::text("encoding", Fit::Natural).optional(),
            Column::bar(),
        ]);
        for (name, items, path, share) in [
            ("住宿信息", "1,000", "导出/酒店/hotel_checkin.csv", 1.0),
            ("lodging", "7", "a\u{202e}b.csv", 0.001),
            ("航班、车次、打车信息", "1,234,567", "x/é\u{301}/y.csv", 0.5),
        ] {
            table.push(vec![
                Cell::plain(name),
                Cell::plain(items),
                Cell::styled(path, Style::Warn),
                Cell::plain("GB18030"),
                Cell::Bar(share),
            ]);
        }
        table
    }

    #[test]
    fn every_line_has_the_same_width_and_fits() {
        for max in 36..130 {
            let lines = table().lines(max);
            let widths: Vec<usize> = lines
                .iter()
                .map(|l| l.iter().map(Span::width).sum())
                .collect();
            assert!(widths.iter().all(|w| *w == widths[0]), "{max}: {widths:?}");
            assert!(widths[0] <= max, "{max}: {widths:?}");
        }
    }

    #[test]
    fn optional_columns_go_first_at_the_right() {
        let heads = |max| {
            table().lines(max)[0]
                .iter()
                .map(Span::text)
                .collect::<String>()
        };
        assert!(heads(100).contains("encoding"));
        assert!(!heads(45).contains("encoding"));
        assert!(heads(45).contains("path"));
    }

    #[test]
    fn bars_show_the_least_share_and_never_overflow() {
        assert_eq!(bar(0.0, 10), "");
        assert_eq!(bar(0.0001, 10), "▏");
        assert_eq!(bar(0.55, 10), "█████▌");
        assert_eq!(bar(7.0, 4), "████");
        assert_eq!(bar(f64::NAN, 4), "");
    }
}
