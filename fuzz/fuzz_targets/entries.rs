//! Records of names and values: cards, directories, vertical output, YAML, forms.

#![no_main]

use leakgauge::decode::entries::{EntryDecoder, Style};

const STYLES: [Style; 8] = [
    Style::Vcard,
    Style::Ldif,
    Style::Rows,
    Style::Expanded,
    Style::Yaml { by_document: false },
    Style::Yaml { by_document: true },
    Style::Forms { by_blank: true },
    Style::Forms { by_blank: false },
];

leakgauge_fuzz::decoder_target!(|text, options, limits| EntryDecoder::new(
    text,
    STYLES[options.way(8)],
    limits
));
