"""Makes `people.csv` and `people.txt`: synthetic people, the same for every format in this folder.

Nobody in here exists: names are drawn from common parts, identity numbers carry a valid check character and a birth date,
mail addresses end in the domains that RFC 2606 keeps for examples. Drawn from one seed, so that a second run writes the same
bytes. Other scripts import `people()` and `COLUMNS`.

    python3 people.py
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20261122
N_PEOPLE = 80

COLUMNS = ["姓名", "身份证号", "手机号", "邮箱", "地址", "酒店名称", "房号", "入住时间", "退房时间"]

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = ["伟", "芳", "娜", "敏", "静", "秀英", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰", "霞",
         "平", "刚", "桂英", "建华", "文博", "子涵", "雨桐", "浩然", "欣怡", "志远"]
PLACES = [("110105", "北京市朝阳区"), ("310115", "上海市浦东新区"), ("440103", "广东省广州市荔湾区"),
          ("440305", "广东省深圳市南山区"), ("330106", "浙江省杭州市西湖区"), ("320102", "江苏省南京市玄武区"),
          ("510104", "四川省成都市锦江区"), ("420106", "湖北省武汉市武昌区"), ("610113", "陕西省西安市雁塔区"),
          ("500103", "重庆市渝中区")]
STREETS = ["人民路", "中山路", "解放大道", "幸福街", "建设路", "和平街"]
HOTELS = ["锦绣大酒店", "海天宾馆", "如意快捷酒店", "金桥国际酒店", "云水度假酒店"]
PREFIXES = ["136", "138", "139", "150", "158", "159", "186", "187", "188", "189"]
DOMAINS = ["example.com", "example.net", "example.org"]


def check_character(first17: str) -> str:
    """ISO 7064 MOD 11-2 over the first seventeen digits (GB 11643)."""
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(first17))
    return "10X98765432"[total % 11]


def people() -> list[list[str]]:
    """One list of texts a person, in the order of `COLUMNS`."""
    rng = random.Random(SEED)
    rows, names, numbers, phones = [], set(), set(), set()
    while len(rows) < N_PEOPLE:
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        code, place = rng.choice(PLACES)
        born = datetime(1955, 1, 1) + timedelta(days=rng.randrange(18_000))
        first17 = f"{code}{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
        number = first17 + check_character(first17)
        phone = rng.choice(PREFIXES) + f"{rng.randrange(10_000_000, 100_000_000)}"
        if name in names or number in numbers or phone in phones:
            continue
        names.add(name), numbers.add(number), phones.add(phone)
        mail = f"guest{rng.randrange(1000, 10_000)}{len(rows):02d}@{rng.choice(DOMAINS)}"
        address = f"{place}{rng.choice(STREETS)}{rng.randrange(1, 300)}号{rng.randrange(1, 30)}栋{rng.randrange(1, 28)}0{rng.randrange(1, 5)}室"
        arrival = datetime(2023, 1, 1, 12) + timedelta(days=rng.randrange(700), minutes=rng.randrange(600))
        departure = arrival.replace(hour=11, minute=rng.randrange(60)) + timedelta(days=rng.randrange(1, 6))
        rows.append([name, number, phone, mail, address, rng.choice(HOTELS), str(rng.randrange(201, 2200)),
                     f"{arrival:%Y-%m-%d %H:%M:%S}", f"{departure:%Y-%m-%d %H:%M:%S}"])
    return rows


def lines() -> list[str]:
    """The same people as sentences, one a person."""
    return [f"客人{r[0]}，身份证号{r[1]}，手机号{r[2]}，邮箱 {r[3]}，住址：{r[4]}。" for r in people()]


def main() -> None:
    with open(HERE / "people.csv", "w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *people()])
    (HERE / "people.txt").write_text("".join(line + "\n" for line in lines()), encoding="utf-8")


if __name__ == "__main__":
    main()
