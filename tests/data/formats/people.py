"""Makes `people.csv` and `people.txt`: 1,000 synthetic people, the same for every format in this folder.

Nobody in here exists: names are drawn from common parts, identity numbers carry a valid check character and a birth date,
mail addresses end in the domains that RFC 2606 keeps for examples. Drawn from one seed, so that a second run writes the same
bytes. The first 80 travel alone and have names of their own: they are the people of the special cases in `few`. The others come
in tours of ten, who live in one building and share hotel and days.

The scripts `make_*.py` import this. What is large and repeats itself is kept packed (`settle`): the tests unpack it.

    python3 people.py
"""

import csv
import lzma
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
FEW = HERE / "few"
SEED = 20261122
N_PEOPLE = 1000
N_FEW = 80
N_TOUR = 10

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


def people(n: int = N_PEOPLE) -> list[list[str]]:
    """One list of texts a person, in the order of `COLUMNS`."""
    rng = random.Random(SEED)
    rows, names, numbers, phones = [], set(), set(), set()
    while len(rows) < n:
        is_alone = len(rows) < N_FEW
        is_first = is_alone or len(rows) % N_TOUR == 0
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        if is_first:
            code, place = rng.choice(PLACES)
        born = datetime(1955, 1, 1) + timedelta(days=rng.randrange(18_000))
        first17 = f"{code}{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
        number = first17 + check_character(first17)
        phone = rng.choice(PREFIXES) + f"{rng.randrange(10_000_000, 100_000_000)}"
        if is_alone and name in names or number in numbers or phone in phones:
            continue
        names.add(name), numbers.add(number), phones.add(phone)
        if is_alone:
            mail = f"guest{rng.randrange(1000, 10_000)}{len(rows):02d}@{rng.choice(DOMAINS)}"
        else:
            mail = f"guest{len(rows):04d}@{DOMAINS[0]}"
        if is_first:
            building = f"{place}{rng.choice(STREETS)}{rng.randrange(1, 300)}号{rng.randrange(1, 30)}栋"
        address = f"{building}{rng.randrange(1, 28)}0{rng.randrange(1, 5)}室"
        if is_first:
            arrival = datetime(2023, 1, 1, 12) + timedelta(days=rng.randrange(700), minutes=rng.randrange(600))
            departure = arrival.replace(hour=11, minute=rng.randrange(60)) + timedelta(days=rng.randrange(1, 6))
            hotel, room = rng.choice(HOTELS), rng.randrange(201, 2200)
        else:
            room += 1
        rows.append([name, number, phone, mail, address, hotel, str(room), f"{arrival:%Y-%m-%d %H:%M:%S}", f"{departure:%Y-%m-%d %H:%M:%S}"])
    return rows


def few() -> list[list[str]]:
    """The first of them."""
    return people(N_FEW)


def lines(rows: list[list[str]]) -> list[str]:
    """People as sentences, one a person."""
    return [f"客人{r[0]}，身份证号{r[1]}，手机号{r[2]}，邮箱 {r[3]}，住址：{r[4]}。" for r in rows]


def pack(path: Path) -> None:
    """Packs a file if it is a good deal smaller so."""
    packed = lzma.compress(path.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
    at = path.with_name(f"{path.name}.xz")
    at.unlink(missing_ok=True)
    if 10 * len(packed) < 7 * path.stat().st_size:
        at.write_bytes(packed)
        path.unlink()


def settle(folder: Path) -> None:
    """Packs the files of a folder, so that what is committed stays small."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".xz":
            pack(path)


def main() -> None:
    FEW.mkdir(exist_ok=True)
    for folder, rows in [(HERE, people()), (FEW, few())]:
        with open(folder / "people.csv", "w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
        (folder / "people.txt").write_text("".join(line + "\n" for line in lines(rows)), encoding="utf-8")
    pack(HERE / "people.txt")


if __name__ == "__main__":
    main()
