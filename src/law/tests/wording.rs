//! Quotes are the law's own words, numbers are those of the quotes, and no word accuses anyone.

use super::*;
use crate::law::provision::Counts;

const TEXT: &str = include_str!("../instruments/cn.spc-spp-2017-10.text.md");

#[test]
fn every_quote_stands_in_the_article_it_is_cited_from() {
    for provision in &fa_shi().file().provisions {
        assert_eq!(
            TEXT.matches(&provision.quote).count().min(1),
            1,
            "{} is no quote",
            provision.id
        );
        let article = cite::cite(&provision.id).zh;
        let article = &article[..article.find('条').unwrap() + '条'.len_utf8()];
        let begin = TEXT.find(&format!("\n{article} ")).unwrap();
        let rest = &TEXT[begin + 1..];
        let end = rest.find("\n第").unwrap_or(rest.len());
        assert!(
            rest[..end].contains(&provision.quote),
            "{} stands in another article",
            provision.id
        );
        if let Some((_, item)) = provision
            .id
            .strip_suffix(')')
            .and_then(|id| id.split_once('('))
        {
            let numeral = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
            let numeral = numeral[item.parse::<usize>().unwrap() - 1];
            let marked = format!("（{numeral}）{}", provision.quote);
            assert!(
                rest[..end].contains(&marked),
                "{} is not that item",
                provision.id
            );
        }
    }
}

#[test]
fn every_number_is_the_one_in_its_quote() {
    let words = |n: u64| match n {
        50 => "五十条以上",
        500 => "五百条以上",
        5_000 => "五千",
        50_000 => "五万元以上",
        _ => panic!("{n} is not a number of the text"),
    };
    let law = fa_shi();
    let file = law.file();
    for provision in &file.provisions {
        let id = &provision.id;
        let contains = |what: &str| assert!(provision.quote.contains(what), "{id}: no {what}");
        match provision.counts {
            Counts::Class => {
                let class = file
                    .classes
                    .iter()
                    .find(|c| Some(&c.id) == provision.class.as_ref());
                contains(words(class.unwrap().threshold.unwrap()));
            }
            Counts::Gains | Counts::Profit => contains(words(provision.threshold.unwrap())),
            Counts::Scaled => contains(match (provision.multiply, provision.divide) {
                (Some(10), None) => "十倍以上",
                (None, Some(2)) => "一半以上",
                other => panic!("{id}: {other:?}"),
            }),
            Counts::Total => contains("按相应比例合计"),
            Counts::Prior => contains("曾因"),
            Counts::Context | Counts::Relief | Counts::Fact | Counts::Units => {}
            other => panic!("{id}: {other:?} is not in this instrument"),
        }
    }
    assert!(TEXT.contains("自2017年6月1日起施行"));
    assert_eq!(file.in_force.from.unwrap().to_string(), "2017-06-01");
}

#[test]
fn class_names_are_the_words_of_their_provision() {
    let law = fa_shi();
    for class in &law.file().classes {
        assert!(TEXT.contains(&class.name.zh), "class {}", class.id);
    }
}

/// Assessments that between them take every sort of step.
fn many() -> Vec<Assessment> {
    let dated = Circumstances {
        act_date: Some("2012-04-01".parse().unwrap()),
        decision_date: Some("2016-01-01".parse().unwrap()),
        ..ordinary()
    };
    let full = Circumstances {
        recipients: 3,
        gains: Some("61429.01".parse().unwrap()),
        prior: Some(true),
        action: Some(Action::Both),
        ..duty()
    };
    let waiting = Circumstances {
        in_duty: Some(true),
        recipients: 2,
        ..ordinary()
    };
    let priors = Circumstances {
        prior: Some(true),
        ..business(Some("49999"))
    };
    let mut all = Vec::new();
    for counts in [
        abc(60, 1, 45_000),
        abc(0, 499, 0),
        abc(0, 0, 0),
        with_bare(&[
            (Category::Contact, 9_000, 5_000),
            (Category::Device, 7, 0),
            (Category::Property, 3, 2),
        ]),
        counts_from_pairs(&[(Category::IdDocument, 10_000)]),
    ] {
        for c in [
            &ordinary(),
            &dated,
            &full,
            &waiting,
            &priors,
            &business(None),
        ] {
            all.extend(assess(&fa_shi(), &counts, c).unwrap());
        }
    }
    all
}

#[test]
fn no_word_accuses_anyone() {
    let accusing = [
        "guilt",
        "crime",
        "criminal",
        "offend",
        "defendant",
        "convict",
        "有罪",
        "罪犯",
        "被告",
        "构成",
        "犯罪",
    ];
    for assessment in many() {
        let steps = assessment.steps.iter().flat_map(|s| [&s.en, &s.zh]);
        let what_ifs = assessment.what_if.iter().flat_map(|w| [&w.en, &w.zh]);
        for text in steps.chain(what_ifs) {
            // The law's own name of a statute may stand; a verdict may not.
            let text = text.replace("Criminal Law Art.", "").to_lowercase();
            assert!(!accusing.iter().any(|word| text.contains(word)), "{text}");
        }
    }
}

#[test]
fn every_step_is_said_in_both_languages_and_cites_what_exists() {
    let law = fa_shi();
    for assessment in many() {
        assert!(!assessment.steps.is_empty());
        for step in &assessment.steps {
            let has_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(!step.en.is_empty() && !has_han(&step.en), "{}", step.en);
            assert!(has_han(&step.zh), "{}", step.zh);
            let known = step.article.is_empty()
                || law.file().provisions.iter().any(|p| p.id == step.article);
            assert!(known, "{}", step.article);
        }
        let json = serde_json::to_string(&assessment).unwrap();
        assert_eq!(
            serde_json::from_str::<Assessment>(&json).unwrap(),
            assessment
        );
    }
}

#[track_caller]
fn has_step(assessment: &Assessment, article: &str, en: &str) {
    let found = assessment
        .steps
        .iter()
        .any(|s| s.article == article && s.en == en);
    assert!(found, "{:#?}", assessment.steps);
}

#[test]
fn steps_show_the_arithmetic() {
    let mixed = default(&abc(20, 200, 1_000), &ordinary());
    has_step(
        &mixed,
        "5.1(6)",
        "converted total: 100 × 20 + 10 × 200 + 1 × 1,000 = 5,000; the numbers are 5,000 \
         (serious) and 50,000 (especially serious) (Art. 5 para. 1 (6))",
    );
    has_step(
        &mixed,
        "5.1(4)",
        "class B (lodging 200): 200 items; the number of Art. 5 para. 1 (4) is 500 items",
    );
    has_step(&mixed, "5.1(6)", "reached: Art. 5 para. 1 (6) (serious)");
    let gains = Some("61429.01".parse().unwrap());
    let earned = Circumstances { gains, ..duty() };
    let article = "5.2(3)";
    let want = "illegal gains of 61,429.01 yuan reach 25,000 yuan of Art. 5 para. 2 (3)";
    has_step(&default(&abc(0, 0, 0), &earned), article, want);
    let waiting = Circumstances {
        in_duty: Some(true),
        ..ordinary()
    };
    has_step(
        &default(&abc(0, 499, 0), &waiting),
        "5.1(8)",
        "halved only for what was sold or provided, which is not stated: \
             not halved (Art. 5 para. 1 (8))",
    );
    let conclusion = default(&abc(0, 499, 0), &ordinary()).steps.pop().unwrap();
    assert_eq!(conclusion.zh, "在所述情形下，未达到规定的标准");
}

#[test]
fn a_description_names_the_one_category_and_every_condition_of_a_number() {
    let text = fa_shi().describe(true);
    assert!(text.contains("- 行踪轨迹信息: 1 条\n"));
    let tenfold = "- 类 A: 250 条 (第五条第一款第八项)；条件：在履行职责或者提供服务过程中获得，且出售或者提供给他人\n";
    assert!(text.contains(tenfold));
    assert!(text.contains("- 类 A: 500 条 (第五条第一款第三项)\n"));
    let text = fa_shi().describe(false);
    assert!(text.contains("- whereabouts: 1 item\n"));
    let used = Circumstances {
        facts: [("used-by-others".to_owned(), true)].into(),
        ..provided()
    };
    let counts = counts_from_pairs(&[(Category::Whereabouts, 3), (Category::Credit, 4)]);
    let want = "whereabouts: 3 items ≥ 1 item (Art. 5 para. 1 (1))";
    has_step(&default(&counts, &used), "5.1(1)", want);
}

#[test]
fn a_description_is_complete_in_both_languages() {
    let law = fa_shi();
    for zh in [false, true] {
        let text = law.describe(zh);
        for provision in &law.file().provisions {
            assert!(
                text.contains(&provision.quote) && text.contains(&provision.id),
                "{}",
                provision.id
            );
        }
        for category in Category::ALL {
            assert!(text.contains(&format!("`{category}`")), "{category}");
        }
        for why in law
            .file()
            .categories
            .values()
            .filter_map(|c| c.why.as_ref())
        {
            assert!(text.contains(why.get(zh)));
        }
        for fact in [
            "法释〔2017〕10号",
            "2017-06-01",
            "25,000",
            "2,500",
            "50,000",
            &law.file().title.zh,
        ] {
            assert!(text.contains(fact), "{fact}");
        }
    }
    assert!(
        law.describe(true)
            .contains("| `contact` | 姓名＋电话、邮箱、即时通信号 | C | C (不计) | C |")
    );
    assert!(
        law.describe(false)
            .contains("| `travel` | travel | B | C | A |")
    );
}
