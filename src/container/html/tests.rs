//! What pages become, and what hostile ones cost.

use std::io::{self, Cursor, Read};

use super::grid::COVERS_MAX;
use super::*;
use crate::container::{Members, Source, Unpacking};
use crate::decode::Container;

#[track_caller]
fn check(html: &str, want: &str) {
    assert_eq!(to_text(html), want, "{html}");
}

#[test]
fn text_is_what_a_reader_sees() {
    check(
        "<p>张&#x4E09;，<b>电话</b>：138&nbsp;0001</p>",
        "张三，电话：138 0001",
    );
    check(
        "<table><tr><td>姓名</td><td>手机</td></tr><tr><td>a</td><td>b</td></tr></table>",
        "姓名\t手机\na\tb",
    );
    check(
        "<style>p{a:b}</style>x<script>1<2</script>y<!-- z -->",
        "xy",
    );
    check("a &lt; b &amp; c &unknown; d", "a < b & c &unknown; d");
    check("&Aring;sa &euro;&#8364;&#x20AC; &rsquo;", "Åsa €€€ ’");
    check("&CounterClockwiseContourIntegral;", "∳");
    // Blanks of any make keep the parts of a number apart, as one would.
    check(
        "138&nbsp;0001&#160;1&ensp;2&emsp;3\u{A0}4\u{2009}5",
        "138 0001 1 2 3 4 5",
    );
    check(
        "&#xFFFFFFFF; &#x110000; &; &#; &",
        "\u{FFFD} \u{FFFD} &; &#; &",
    );
    check("1 < 2<br/>3", "1 < 2\n3");
    check("<a title=\"x>y\">link</a>", "link");
    check("it's <i>it's</i> <a href='#'>fine</a>", "it's it's fine");
    check("never closed <b", "never closed");
    check("<STYLE>a</Style>b", "b");
    check("", "");
}

#[test]
fn links_of_messages_are_read_and_said_once() {
    check(
        "<a href='mailto:a%40example.com?subject=x'>write</a>",
        "write a@example.com",
    );
    check("<a href='mailto:a%+1%4'>x</a>", "x a%+1%4");
    check(
        "<a href='tel:+86-138-1234-5678'>13812345678</a>",
        "13812345678",
    );
}

/// Everything that is wanted of a page, as one text.
fn all(html: &str, wanted: Wanted) -> String {
    of_reader(html.as_bytes(), wanted)
}

fn of_reader(rdr: impl Read, wanted: Wanted) -> String {
    let mut page = Page::new(rdr, wanted);
    let mut got = Vec::new();
    loop {
        match page.next() {
            Ok(Item::Line(line)) => got.push(line),
            Ok(Item::Head(cells)) => got.push(format!("#{}", cells.join("|"))),
            Ok(Item::Row(cells)) => got.push(cells.join("|")),
            Ok(Item::EndOfTable(lost)) => {
                got.push(lost.map_or("]".to_owned(), |lost| format!("]{lost}")));
            }
            Ok(Item::Data(bytes, lost)) => {
                let bytes = String::from_utf8_lossy(&bytes);
                got.push(format!(
                    "{{{bytes}}}{}",
                    lost.map_or(String::new(), |lost| format!("~{lost}"))
                ));
            }
            Ok(Item::Over(_, Some(lost))) => got.push(format!("!{lost}")),
            Ok(Item::Over(_, None)) => return got.join("/"),
            Ok(Item::Broken(_, reason)) | Err(reason) => got.push(format!("!!{reason}")),
        }
        if got.last().is_some_and(|last| last.starts_with('!')) {
            return got.join("/");
        }
    }
}

#[track_caller]
fn lines(html: &str, want: &str) {
    assert_eq!(all(html, Wanted::Lines), want, "{html}");
    // The sizes of reads change nothing.
    struct Slow<'t>(&'t [u8]);
    impl Read for Slow<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = buf.len().min(1).min(self.0.len());
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }
    assert_eq!(of_reader(Slow(html.as_bytes()), Wanted::Lines), want);
}

#[track_caller]
fn tables(html: &str, depth: usize, want: &str) {
    assert_eq!(all(html, Wanted::Tables(depth)), want, "{html}");
}

#[test]
fn blocks_are_lines_and_what_is_inside_of_them_is_not() {
    lines(
        "<title>住客</title><h1>A</h1><div>手机：<b>138</b>1234<wbr>5678<p>x<li>y<br>z",
        "住客/A/手机：13812345678/x/y/z",
    );
    lines("手机：<!-- -->138<!---->12345678", "手机：13812345678");
    lines("a<pre>b\n c\n\n</pre>d  e", "a/b/c/d e");
    lines("<textarea>a\n<b>c</textarea>d", "a/<b>c/d");
    lines(
        "<dl><dt>手机<dd>138<dt>邮箱</dt><dd>a</dd></dl>",
        "手机 138/邮箱 a",
    );
    lines("138&shy;1234&#8203;5678&nbsp;", "13812345678");
    lines("a\0b<p>&copy;&hellip;&NotAName;</p>", "ab/©…&NotAName;");
    lines("<table>x<tr><td>in</table>out", "x/out");
}

#[test]
fn comments_and_attributes_are_read() {
    lines("a<!-- 张三\n13812345678 -->b", "张三/13812345678/ab");
    lines(
        "<input name=phone value=13812345678><input type=submit>",
        "phone: 13812345678",
    );
    lines("<img alt=张三 src=data:xyz>。", "。 张三");
    lines(
        "<meta name=author content='a b'><meta content='text/html'>x",
        "author: a b/x",
    );
    lines(
        "<meta itemprop=telephone content=13812345678>x",
        "x telephone: 13812345678",
    );
    lines(
        "<span data-phone=138 class=z onclick=f()>name</span>",
        "name phone: 138",
    );
    lines("<p data-id=7>7</p>", "7");
    // Microdata names what it says as forms do.
    lines(
        "<meta itemprop=telephone content=13812345678><b itemprop=name>张三</b>",
        "张三 telephone: 13812345678",
    );
    tables(
        "<table><tr><td><a href='tel:13812345678'>call</a><td data-x=9><input name=n value=v>",
        1,
        "call 13812345678|9 v/]",
    );
}

#[test]
fn scripts_styles_and_templates_are_left_out() {
    lines("a<script>var x='<p>13812345678'</script>b", "ab");
    lines("a<script src=x />b<style/>c", "abc");
    let templates =
        "a<template><p>x<template>y</template><script></template>z</script></template>b";
    check(templates, "ab");
    let told = "!truncated: it ends inside of a script, a style or a template, which are not read";
    lines("a<script>b", &format!("a/{told}"));
    assert_eq!(all("a<template>b", Wanted::All), format!("a/{told}"));
    // Of a page, which may show them, templates are read.
    lines(templates, "a/x/y/b");
    lines("a<template>b", "a/b");
    tables(
        "<template><table><tr><td>13812345678<td>b</table></template>",
        1,
        "13812345678|b/]",
    );
    lines("<noscript>a</noscript>", "a");
}

#[test]
fn scripts_that_hold_data_are_data() {
    let page = "a<script type='application/ld+json'>{\"tel\": \"1<2\"}</script>\
        <script type=module>x</script><style type=json>y</style><table><tr><td><SCRIPT TYPE=Application/JSON>[7]</SCRIPT>b";
    assert_eq!(all(page, Wanted::Data), "{{\"tel\": \"1<2\"}}/{[7]}");
    // The lines say that there is data, each time.
    assert_eq!(all(page, Wanted::Lines), "{}/a/{}");
    tables(page, 1, "b/]");
    check(page, "a\nb");
    let told = "truncated: it ends inside of a script, a style or a template, which are not read";
    assert_eq!(
        all("<script type=json>[1", Wanted::Data),
        format!("{{[1}}~{told}/!{told}")
    );
    let long = "1".repeat(DATA_BYTES_MAX + 9);
    let got = all(&format!("<script type=json>{long}</script>"), Wanted::Data);
    assert_eq!(
        got.len(),
        DATA_BYTES_MAX + 1 + "{}~limit reached: a script of data of more than 16 MiB".len()
    );
    assert!(got.ends_with("}~limit reached: a script of data of more than 16 MiB"));
}

#[test]
fn data_in_scripts_and_comments_are_members_of_a_page() {
    use crate::container::Unpacking;
    use crate::container::tests::all;
    use crate::decode::Container;
    let page = b"<html><!-- <tr><td>13812345678</td></tr> --><p>x</p><script type='application/json'>{\"phone\": 1}</script></html>";
    let (members, ended) = all(Container::Html, page, "a.html", &Unpacking::default());
    let want = [
        ("text", "<tr><td>13812345678</td></tr>\nx\n"),
        ("data 1", "{\"phone\": 1}"),
    ];
    let want = want.map(|(name, text)| (name.to_owned(), Ok(text.as_bytes().to_vec())));
    assert_eq!((&members[..], ended), (&want[..], None));
}

#[test]
fn rows_are_rows_without_end_tags_too() {
    tables(
        "<table><thead><tr><th>姓名<th>手机<tbody><tr><td>张三<td>138<tr><td><p>李<p>四<td></table>",
        1,
        "#姓名|手机/张三|138/李\n四/]",
    );
    tables(
        "<table><tr><td>a<td>b</table><p><table><tr><td>c<td>d",
        1,
        "a|b/]/c|d/]",
    );
    tables("<table><tr></tr><tr><td> <td>&nbsp;</table>", 1, "]");
    tables("</td></tr></table><td>x", 1, "");
}

#[test]
fn cells_span_columns_and_rows() {
    tables(
        "<table><tr><td colspan=2>a<td>b<tr><td rowspan=2>c<td>d<td>e<tr><td>f<td>g<tr><td>h",
        1,
        "a||b/c|d|e/c|f|g/h/]",
    );
    tables(
        "<table><tr><td rowspan=0>a<td>b<tr><td>c<tbody><tr><td>d",
        1,
        "a|b/a|c/d/]",
    );
    tables(
        "<table><tr><th rowspan=2>姓名<th colspan=2>联系<tr><th>手机<th>邮箱<tr><td>a<td>b<td>c",
        1,
        "#姓名|手机|邮箱/a|b|c/]",
    );
    tables(
        "<table><tr><th colspan=2>登记表<tr><th>a<th>b",
        1,
        "登记表/a|b/]",
    );
}

#[test]
fn properties_of_one_thing_are_one_row() {
    tables(
        "<table><tr><th>姓名<td>张三<td>李四<tr><th>手机<td>138<td>139</table>",
        1,
        "#姓名|手机/张三|138/李四|139/]",
    );
    // A list of people with the names as headers of the rows is none.
    let people = |n: usize| {
        let row = |i| format!("<tr><th>p{i}<td>1381234000{i}");
        format!("<table>{}</table>", (0..n).map(row).collect::<String>())
    };
    tables(
        &people(3),
        1,
        "p0|13812340000/p1|13812340001/p2|13812340002/]",
    );
    tables("<table><tr><th>a<td>1<tr><td>b<td>2", 1, "a|1/b|2/]");
}

#[test]
fn tables_in_tables_are_tables_of_their_own() {
    let html = "<table><tr><td>a<table><tr><td>deep<td>x</table>b<td>c</table>";
    tables(html, 1, "a\nb|c/]");
    tables(html, 2, "deep|x/]");
    lines(html, "");
    let deep = "<table><tr><td>a".repeat(8);
    tables(&deep, TABLES_DEPTH_MAX, "a\na\na/]");
    tables(&deep, TABLES_DEPTH_MAX + 1, "");
}

#[test]
fn hostile_pages_end_at_limits() {
    lines(&format!("a{}b", "<div>".repeat(200_000)), "a/b");
    tables(&"<table><tr><td>".repeat(100_000), 1, "]");
    lines(&format!("<{}", "<table>".repeat(50_000)), "<");
    // An attribute that is not read, one that is, and one that never ends.
    let long = "x".repeat(1 << 20);
    lines(&format!("<img src='{long}'>a"), "a");
    let got = all(&format!("<img alt='{long}'>a"), Wanted::Lines);
    let told = "!limit reached: a tag with an attribute of more than 64 KiB, or with many";
    assert_eq!(got, format!("a {}/{told}", &long[..VALUE_BYTES_MAX]));
    lines(&format!("a<b title='{long}"), "a");
    let many: String = (0..100).map(|i| format!(" data-{i}=v{i}")).collect();
    let got = all(&format!("<b{many}>"), Wanted::Lines);
    assert!(got.contains("63: v63") && got.ends_with(told), "{got}");
    // Names, in text and behind a script.
    let name = "n".repeat(NAME_BYTES_MAX + 9);
    let told = "!!limit reached: a tag with a name of more than 1024 KiB";
    lines(&format!("a<{name}>b"), &format!("a/{told}"));
    lines(&format!("a<script></{name}"), &format!("a/{told}"));
    // What stands before such a tag is there, tables as well.
    let cut = format!("<table><tr><th>姓名<td>张三<tr><th>手机<td>138<{name}");
    tables(&cut, 1, &format!("#姓名|手机/张三|138/]/{told}"));
    let mut page = Page::new(cut.as_bytes(), Wanted::Lines);
    assert!(matches!(page.next(), Ok(Item::Broken(1, _))));
    // Lines and cells.
    let words = "word ".repeat(LINE_BYTES_MAX / 4);
    let got = all(&words, Wanted::Lines);
    assert_eq!(got.matches("word").count(), LINE_BYTES_MAX / 4);
    assert_eq!(got.matches('/').count(), 1);
    let got = all(&"字".repeat(LINE_BYTES_MAX), Wanted::Lines);
    assert_eq!(got.matches('字').count(), LINE_BYTES_MAX);
    let row = format!("<table><tr><td>{}<td>b", words.repeat(16));
    let got = all(&row, Wanted::Tables(1));
    assert!(
        got.ends_with("|b/]limit reached: a row of a table of more than 16384 cells or 16 MiB")
    );
    let spans = "<table><tr>".to_owned() + &"<td colspan=1000 rowspan=65534>x".repeat(20);
    let got = all(&(spans + "<tr><td>y"), Wanted::Tables(1));
    assert!(got.contains("16384 cells"), "{}", got.len());
    assert_eq!(got.matches('x').count(), 2 * 16);
    // Cells that nobody sees cost nothing in the rows that they reach into, however many these are.
    let empty = "<table><tr>".to_owned() + &"<td rowspan=0 colspan=1000>".repeat(16);
    tables(&(empty + &"<tr><td>".repeat(200_000)), 1, "]");
    let many = "<table><tr>".to_owned() + &"<td rowspan=0>".repeat(COVERS_MAX + 1) + "<tr><td>y";
    let got = all(&many, Wanted::Tables(1));
    let told = "]limit reached: more than 1000 cells of a table that reach into the rows below";
    assert_eq!(got, format!("{}y/{told}", "|".repeat(COVERS_MAX)));
}

#[test]
fn a_row_without_cells_is_one_that_others_reach_into() {
    // As page builders write rows that are full of what reaches into them.
    tables(
        "<table><tr><td rowspan=2>a<td rowspan=2>b</tr><tr></tr><tr><td>c<td>d",
        1,
        "a|b/c|d/]",
    );
    tables(
        "<table><tr><td>a<td rowspan=3>b<tr><tr><td>c<td>d<tr><td>e<td>f",
        1,
        "a|b/c|b|d/e|f/]",
    );
    tables(
        "<table><tr><td>a<td rowspan=2>b<td>c<tr><td colspan=3>d<tr><td>e",
        1,
        "a|b|c/d/e/]",
    );
}

#[test]
fn what_comes_before_an_error_is_read() {
    /// Gives a text and then an error.
    struct Cut<'t>(&'t [u8]);
    impl Read for Cut<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.0.read(buf)
        }
    }
    let html = "<p>a<table><tr><th>姓名<td>张三<tr><th>手机<td>138";
    let cut = |wanted| of_reader(Cut(html.as_bytes()), wanted);
    assert!(cut(Wanted::Lines).starts_with("a/!truncated"));
    let got = cut(Wanted::Tables(1));
    assert!(got.starts_with("#姓名|手机/张三|138/]/!truncated"), "{got}");
}

#[test]
fn a_page_that_is_cut_off_where_it_was_packed_is_read_up_to_there() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
    let html = b"<p>lines<table><tr><td>a<td>b</table>".to_vec();
    let failing = Cursor::new(html).chain(Fails);
    let source = Source::Stream(Box::new(failing));
    let members = Members::open(Container::Html, source, "a.html", &Unpacking::default());
    let mut members = members.expect("opened");
    for (name, want) in [("text", "lines\n"), ("table 1", "a,b\n")] {
        let member = members.next_member().expect("a member");
        let mut text = String::new();
        let mut content = member.content.expect("it can be read");
        content.read_to_string(&mut text).expect("it is whole");
        assert_eq!((member.name.as_str(), text.as_str()), (name, want));
    }
    assert!(members.next_member().is_none());
    let ended = members.ended().map(ToString::to_string);
    assert!(ended.is_some_and(|told| told.starts_with("truncated")));
}
