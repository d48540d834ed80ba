"""roster_sample.py - invented rows of the national column set, with valid identity numbers, for the import's tests."""

import csv
import io

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
COLUMNS = ["考生号", "身份证号", "姓名", "性别代码", "性别", "民族代码", "民族", "政治面貌代码", "政治面貌", "院校代码", "院校名称", "学历代码",
           "学历", "专业代码", "专业", "培养方式代码", "培养方式", "生源所在地代码", "生源所在地", "学制", "入学时间", "毕业时间", "所在院系", "学号",
           "出生日期", "手机号码", "电子邮箱", "家庭住址"]


def identity(n, male=True, region="330106"):
    body = f"{region}{2003 + n // 40000 % 3}{n // 3360 % 12 + 1:02d}{n // 120 % 28 + 1:02d}{n % 120 * 4 + (1 if male else 2):03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS)) % 11]


def row(n, **other):
    number = identity(n, male=n % 2 == 0)
    made = {"考生号": f"22330106{n:06d}", "身份证号": number, "姓名": "王李张刘陈"[n % 5] + "示例样本甲乙"[n % 6] + "伟芳娜敏静"[n // 7 % 5],
            "性别代码": "1" if n % 2 == 0 else "2", "性别": "男" if n % 2 == 0 else "女", "民族代码": "01", "民族": "汉族",
            "政治面貌代码": "03", "政治面貌": "共青团员", "院校代码": "10001", "院校名称": "示例大学", "学历代码": "31", "学历": "本科生毕业",
            "专业代码": "080901", "专业": "计算机科学与技术", "培养方式代码": "1", "培养方式": "非定向", "生源所在地代码": "330106",
            "生源所在地": "浙江省杭州市西湖区", "学制": "4", "入学时间": "202309", "毕业时间": "202706", "所在院系": "计算机学院",
            "学号": f"2023{n:06d}", "出生日期": f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "手机号码": f"1970{n:07d}",
            "电子邮箱": f"t{n}@student.example.cn", "家庭住址": ""}
    made.update(other)
    return made


def write(rows, columns=COLUMNS, encoding="utf-8", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    w = csv.writer(out, lineterminator=end, quoting=quoting)
    w.writerow(columns)
    for r in rows:
        w.writerow([r.get(c, "") for c in columns])
    return out.getvalue().encode(encoding)
