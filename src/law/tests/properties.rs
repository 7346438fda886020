//! What must hold for any counts and circumstances.

use proptest::prelude::*;

use super::*;

fn counts() -> impl Strategy<Value = Vec<u64>> {
    // Small and large numbers alike, so that both the edges and the middle are met.
    let one = prop_oneof![Just(0u64), 0u64..60, 0u64..6_000, 0u64..60_000];
    prop::collection::vec(one, Category::ALL.len())
}

fn circumstances() -> impl Strategy<Value = Circumstances> {
    let action = prop_oneof![
        Just(None),
        Just(Some(Action::Obtain)),
        Just(Some(Action::Provide)),
        Just(Some(Action::Both)),
    ];
    let gains = prop::option::of((0u64..60_000).prop_map(Yuan::whole));
    (action, any::<bool>(), 1u32..4, gains, any::<bool>()).prop_map(
        |(action, in_duty, recipients, gains, prior)| Circumstances {
            action,
            in_duty: in_duty.then_some(true),
            recipients,
            gains,
            prior: prior.then_some(true),
            ..Circumstances::default()
        },
    )
}

fn pairs(counts: &[u64]) -> Vec<(Category, u64)> {
    Category::ALL
        .into_iter()
        .zip(counts.iter().copied())
        .collect()
}

fn all(counts: &[u64], circumstances: &Circumstances) -> Vec<Assessment> {
    assess(&fa_shi(), &counts_from_pairs(&pairs(counts)), circumstances).unwrap()
}

fn levels(counts: &[u64], circumstances: &Circumstances) -> Vec<Level> {
    all(counts, circumstances).iter().map(|a| a.level).collect()
}

#[test]
fn ids_of_levels_are_those_of_the_wire() {
    for level in Level::ALL {
        let wire = serde_json::to_value(level).unwrap();
        assert_eq!(wire, level.id());
        assert_eq!(Level::from_id(level.id()), Some(level));
    }
    assert_eq!(Level::from_id("Serious"), None);
}

proptest! {
    #[test]
    fn more_of_anything_never_lowers_the_level(
        counts in counts(), c in circumstances(),
        at in 0..Category::ALL.len(), more in 0u64..10_000,
    ) {
        let mut grown = counts.clone();
        grown[at] += more;
        for (before, after) in levels(&counts, &c).iter().zip(levels(&grown, &c)) {
            prop_assert!(*before <= after);
        }
    }

    #[test]
    fn promoting_items_never_lowers_the_level(
        counts in counts(), c in circumstances(),
        from in 0..Category::ALL.len(), to in 0..Category::ALL.len(),
    ) {
        let law = fa_shi();
        let mut moved = counts.clone();
        moved[to] += moved[from];
        moved[from] -= if from == to { moved[from] / 2 } else { moved[from] };
        for (reading, (before, after)) in
            Reading::ALL.into_iter().zip(levels(&counts, &c).into_iter().zip(levels(&moved, &c)))
        {
            let depth = |at: usize| law.rank(Category::ALL[at], false, reading).unwrap_or(u8::MAX);
            if depth(to) <= depth(from) {
                prop_assert!(before <= after);
            }
        }
    }

    #[test]
    fn the_converted_total_is_additive(x in counts(), y in counts(), c in circumstances()) {
        let sum: Vec<u64> = x.iter().zip(&y).map(|(x, y)| x + y).collect();
        let parts = all(&x, &c).into_iter().zip(all(&y, &c));
        for ((x, y), sum) in parts.zip(all(&sum, &c)) {
            prop_assert_eq!(x.weighted.value + y.weighted.value, sum.weighted.value);
        }
    }

    #[test]
    fn the_lenient_reading_is_never_above_nor_the_strict_one_below(
        counts in counts(), c in circumstances(),
    ) {
        let levels = levels(&counts, &c);
        prop_assert!(levels[1] <= levels[0] && levels[0] <= levels[2]);
    }

    #[test]
    fn the_level_is_the_heaviest_reached_and_outcomes_are_consistent(
        counts in counts(), c in circumstances(),
    ) {
        for assessment in all(&counts, &c) {
            let reached = assessment.provisions.iter().filter(|o| o.reached);
            prop_assert_eq!(reached.map(|o| o.level).max().unwrap_or_default(), assessment.level);
            for o in &assessment.provisions {
                prop_assert_eq!(o.reached, o.count >= o.threshold);
                prop_assert_eq!(o.reached, o.ratio >= 1.0);
            }
        }
    }

    #[test]
    fn the_total_decides_whatever_the_classes_reach(counts in counts()) {
        for a in all(&counts, &ordinary()) {
            let want = match a.weighted.value {
                0..5_000 => Level::None,
                5_000..50_000 => Level::Serious,
                _ => Level::EspeciallySerious,
            };
            prop_assert_eq!(a.level, want);
            if let Some(next) = a.next {
                let total = a.weighted.value + next.needed;
                prop_assert!(total == 5_000 || total == 50_000);
                prop_assert!(next.level > a.level);
            }
        }
    }

    #[test]
    fn what_if_levels_differ_and_flips_are_disputed(counts in counts(), c in circumstances()) {
        let law = fa_shi();
        for a in all(&counts, &c) {
            prop_assert!(a.what_if.iter().all(|w| w.level != a.level));
            for id in &a.flips {
                let category = Category::from_id(id).unwrap();
                let ranks = Reading::ALL.map(|r| law.rank(category, false, r));
                prop_assert!(ranks.iter().any(|r| *r != ranks[0]));
            }
        }
    }

    #[test]
    fn a_what_if_comes_true_when_it_is_stated(counts in counts()) {
        let before = &all(&counts, &ordinary())[0];
        for what_if in &before.what_if {
            let mut c = ordinary();
            let id = what_if.circumstance.as_str();
            let (name, number) = id.split_once(">=").unwrap_or((id, "0"));
            match name {
                "in-duty+provide" => c = duty(),
                "recipients" => {
                    c = provided();
                    c.recipients = number.parse().unwrap();
                }
                "lawful-business" => c.lawful_business = Some(true),
                "gains" => c.gains = Some(number.parse().unwrap()),
                "prior" => c.prior = Some(true),
                other => prop_assert!(false, "{}", other),
            }
            prop_assert_eq!(all(&counts, &c)[0].level, what_if.level);
        }
    }
}

#[test]
fn the_largest_counts_do_not_overflow() {
    let counts = vec![u64::MAX; Category::ALL.len()];
    let c = Circumstances {
        recipients: u32::MAX,
        gains: Some("184467440737095516.15".parse().unwrap()),
        ..duty()
    };
    for assessment in all(&counts, &c) {
        assert_eq!(assessment.level, Level::EspeciallySerious);
        assert_eq!(assessment.weighted.value, u64::MAX);
    }
}
