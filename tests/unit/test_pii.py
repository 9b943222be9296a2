"""Rules of the `pii` signal, on values made up here or from documentation ranges."""

from __future__ import annotations

import random
import re
import tracemalloc
from itertools import pairwise

import pytest
from stdnum import luhn

from firedoor.inspection import pii
from firedoor.inspection.pii_rules import BEDROCK_TYPES, IDENTITIES, LABELLED


def found(text: str) -> list[tuple[str, str]]:
    """Return type and text of each finding."""
    return [(span.type, text[span.start : span.end]) for span in pii.find(text)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("write to ana.lopez+news@example.co.uk.", "ana.lopez+news@example.co.uk"),
        ("<o'neil@example.com>", "o'neil@example.com"),
        ('{"to":"ana@sub.example.org"}', "ana@sub.example.org"),
        ("line\\nana@example.com", "ana@example.com"),
        ("mailto:ana@example.com?subject=x", "ana@example.com"),
        ("İ ana@example.com", "ana@example.com"),
    ],
)
def test_a_mail_address_is_found_exactly(text: str, address: str) -> None:
    """Punctuation, JSON escapes and letters that change length in lower case do not move the span."""
    assert found(text) == [("EMAIL", address)]


@pytest.mark.parametrize(
    "text",
    ["git@github.com:org/repo.git", "icon@2x.png", "user@localhost", "@handle and a @ b", "pkg@1.2.3", "a@b"],
)
def test_what_only_has_an_at_sign_is_no_mail_address(text: str) -> None:
    """Repositories, file names, hosts without a domain and versions are not people."""
    assert found(text) == []


def test_the_password_of_a_url_is_no_mail_address() -> None:
    """What stands before the @ of a URL is a credential, which is the business of `secrets`."""
    assert found("postgres://app:pa55w0rd@db.example.org/app") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("pay with 4111 1111 1111 1111 please", "4111 1111 1111 1111"),
        ("4012-8888-8888-1881", "4012-8888-8888-1881"),
        ("5555555555554444,12/27", "5555555555554444"),
        ("amex 3782 822463 10005", "3782 822463 10005"),
        ("378282246310005", "378282246310005"),
        ("6011111111111117", "6011111111111117"),
        ("3530111333300000", "3530111333300000"),
        ("card 30569309025904", "30569309025904"),
    ],
)
def test_a_card_number_is_found_in_its_usual_writings(text: str, number: str) -> None:
    """The card schemes' own test numbers, with spaces, hyphens or nothing between the groups."""
    assert found(text) == [("CREDIT_CARD", number)]


def test_a_card_number_needs_its_check_digit_unless_it_is_called_one() -> None:
    """Sixteen digits with a wrong check digit are an order number, or a mistyped card after the word card."""
    assert found("order 4111111111111112") == []
    assert found("my card number is 4111111111111112") == [("CREDIT_CARD", "4111111111111112")]


def test_a_card_number_is_nothing_where_another_name_stands_before_it() -> None:
    """One number of forty with sixteen digits fits a card by chance, so the name of another number decides."""
    assert found('"transactionId": 4111111111111111') == []
    assert found("payment card, order 4111111111111111") == [("CREDIT_CARD", "4111111111111111")]


def test_a_number_of_no_issuer_is_no_card() -> None:
    """A valid check digit is one in ten: the prefix must be an issuer's."""
    digits = "9" * 14 + "7"
    assert found("ref " + digits + luhn.calc_check_digit(digits)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SSN 219-09-9999", [("SSN", "219-09-9999")]),
        ("219-09-9999", [("SSN", "219-09-9999")]),
        ("social security number: 219099999", [("SSN", "219099999")]),
        ("ssn is 219 09 9999", [("SSN", "219 09 9999")]),
        ("219099999", []),
        ("000-12-3456", []),
        ("666-12-3456", []),
        ("219-00-9999", []),
        ("order id 219-09-9999", []),
        ("part number: 219-09-9999", []),
        ("my social is 219099999", [("SSN", "219099999")]),
        ("my social network has 219099999 members", []),
        ("social security, driver's license 219099999", [("DRIVER_LICENSE", "219099999")]),
        ("ITIN 912-90-3456", [("US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", "912-90-3456")]),
    ],
)
def test_a_social_security_number_is_in_an_assigned_range(text: str, expected: list[tuple[str, str]]) -> None:
    """Hyphens are enough; without them the words must say it, and an area never assigned is not one."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "number",
    [
        "+1 202-555-0143",
        "+44 20 7946 0958",
        "+49 (0)30 23125 000",
        "+33 1 99 00 12 34",
        "0044 20 7946 0958",
        "(202) 555-0143",
        "(202)555-0143x123",
        "202-555-0143",
        "202.555.0143",
        "1-202-555-0143",
        "202 555 0143",
        "01 99 00 12 34",
        "(020) 7946 0958",
        "202/555-0143",
        "202-555-0143 x. 123",
    ],
)
def test_a_phone_number_with_a_shape_of_its_own_needs_no_label(number: str) -> None:
    """International and North American writing, French pairs and an area code in brackets speak for themselves."""
    assert found(f"see {number}, thanks") == [("PHONE", number)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Phone: 7946 0958", "7946 0958"),
        ("call me on 46 64 96 04 tonight", "46 64 96 04"),
        ('"mobile_number": "9876543210"', "9876543210"),
        ("Tel. 030/23125000", "030/23125000"),
        ("51 51 81 office", "51 51 81"),
        ("2025550143 fax", "2025550143"),
        ("Emergency contact: Bob (3954-7620)", "3954-7620"),
        ("the Lifeline—1-800-555-0143—was", "1-800-555-0143"),
        ("Kevin Klein (202 555 0143)", "202 555 0143"),
        ("meu celular é 27 7585-9620", "27 7585-9620"),
        ("tlf. 32123456", "32123456"),
        ("NIF e telemóvel: 912345675", "912345675"),
        ("phone 555 0143 2 times", "555 0143"),
        ("Телефон: 8 (495) 555-01-43", "8 (495) 555-01-43"),
        ("電話: 03-5550-0143", "03-5550-0143"),
        ("手机:13800138000", "13800138000"),
        ("전화 02-555-0143", "02-555-0143"),
        ("טלפון: 03-555-0143", "03-555-0143"),
        ("טל׳ 02-555-0143", "02-555-0143"),
        ("gsm: 0470 12 34 56", "0470 12 34 56"),
        ("ph: 03-7010-1234", "03-7010-1234"),
        ("vous pouvez me joindre au 0639981234", "0639981234"),
        ("2024-05-01,(202) 555-0143,x", "(202) 555-0143"),
        ("+44 20 7946 0958 (24h)", "+44 20 7946 0958"),
        ("fax \uff0b44\u00a020\u00a07946\u00a00958", "\uff0b44\u00a020\u00a07946\u00a00958"),
    ],
)
def test_a_national_phone_number_needs_a_label(text: str, number: str) -> None:
    """The word before or after it makes a few digits a phone number."""
    assert found(text) == [("PHONE", number)]


@pytest.mark.parametrize(
    "text",
    [
        "Order 2025550143 shipped",
        "Part no. 202-555-0143",
        "account number 202-555-0143",
        "the text has 1234567 characters",
        "reach 10000000 people",
        "fax machines of 2003 2004",
        "calls between 2015-2016",
        "call me before 2024-03-14",
        "GDP was 12,345,678 in 2010",
        "coordinates 40.712776, -74.005974",
        "timestamp 1712345678",
        "10 20 30 40 50 60",
        "arn:aws:iam::123456789012:role/x",
        "ISBN 978-3-16-148410-0",
        "pi is 3.14159265358979",
        "phone battery lasted 36 hours",
        "+1 for this",
        "range 100-200-3000",
        "the sum 7453523312640 + 1601616519168",
        "account 036010647098 and nonce 0569125167",
        "VpcLink 00421980662",
        "Boston, MA 02110-1301",
        "'Text::Tabs' => '2005.0824'",
    ],
)
def test_other_numbers_are_no_phone_numbers(text: str) -> None:
    """Orders, parts, dates, amounts, coordinates and ids are left alone, also near a word like call."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        ("UK_NATIONAL_INSURANCE_NUMBER", "NINO: AB 12 34 56 C", "AB 12 34 56 C"),
        ("UK_NATIONAL_INSURANCE_NUMBER", "AB123456C", "AB123456C"),
        ("UK_NATIONAL_HEALTH_SERVICE_NUMBER", "NHS number 943 476 5919", "943 476 5919"),
        ("UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER", "UTR 1955839661", "1955839661"),
        ("DE_TAX_ID", "Steuer-ID 36 574 261 809", "36 574 261 809"),
        ("DE_ID_CARD", "Personalausweis L01X00T471", "L01X00T471"),
        ("FR_NIR", "NIR 2 95 10 99 126 111 93", "2 95 10 99 126 111 93"),
        ("FR_NIR", "numéro de sécurité sociale : 295109912611193", "295109912611193"),
        ("ES_DNI", "mi DNI es 12345678Z", "12345678Z"),
        ("ES_NIE", "X1234567L", "X1234567L"),
        ("IT_FISCAL_CODE", "codice fiscale RSSMRA85M01H501Q", "RSSMRA85M01H501Q"),
        ("NL_BSN", "BSN: 111222333", "111222333"),
        ("PL_PESEL", "pesel=44051401359", "44051401359"),
        ("SE_PERSONAL_IDENTITY_NUMBER", "personnummer 880320-0016", "880320-0016"),
        ("DK_CPR", "CPR 211062-5629", "211062-5629"),
        ("FI_PERSONAL_IDENTITY_CODE", "131052-308T", "131052-308T"),
        ("BE_NATIONAL_NUMBER", "85.07.30-033.28", "85.07.30-033.28"),
        ("CH_AHV", "756.9217.0769.85", "756.9217.0769.85"),
        ("BR_CPF", "390.533.447-05", "390.533.447-05"),
        ("BR_CPF", "cpf: 39053344705", "39053344705"),
        ("IN_AADHAAR", "Aadhaar 2341 2341 2346", "2341 2341 2346"),
        ("IN_PERMANENT_ACCOUNT_NUMBER", "PAN card ACUPA7085R", "ACUPA7085R"),
        ("CA_SOCIAL_INSURANCE_NUMBER", "SIN 123-456-782", "123-456-782"),
        ("AU_TFN", "TFN 123 456 782", "123 456 782"),
        ("JP_MY_NUMBER", "マイナンバー 1234 5678 9018", "1234 5678 9018"),
        ("KR_RRN", "971013-9019902", "971013-9019902"),
        ("CN_RESIDENT_ID", "360426199101010071", "360426199101010071"),
        ("MX_CURP", "CURP BOXW310820HNERXN09", "BOXW310820HNERXN09"),
        ("CL_RUT", "RUT 12.531.909-2", "12.531.909-2"),
        ("RO_CNP", "CNP 1630615123457", "1630615123457"),
        ("MY_NRIC", "MyKad 770305-02-1234", "770305-02-1234"),
        ("ZA_ID_NUMBER", "South African ID 7503305044089", "7503305044089"),
        ("AT_SOCIAL_INSURANCE_NUMBER", "SV-Nummer 1237 010180", "1237 010180"),
        ("IS_KENNITALA", "kennitala 450401-3150", "450401-3150"),
        ("SI_EMSO", "EMŠO: 0101006500006", "0101006500006"),
        ("RU_INN", "ИНН 500100732259", "500100732259"),
        ("UA_TAX_NUMBER", "РНОКПП 1759013776", "1759013776"),
        ("AR_CUIT", "CUIT 20-05536168-2", "20-05536168-2"),
        ("EC_CEDULA", "cédula 171430710-3", "171430710-3"),
        ("DO_CEDULA", "cédula 00113918205", "00113918205"),
        ("ID_NIK", "NIK: 3171011708450001", "3171011708450001"),
        ("PK_CNIC", "CNIC 34201-0891231-8", "34201-0891231-8"),
        ("NZ_IRD", "IRD 49-091-850", "49-091-850"),
        ("BR_CPF", '"customer_cpf": "39053344705"', "39053344705"),
    ],
)
def test_an_identity_number_is_found_by_form_check_digit_and_words(kind: str, text: str, number: str) -> None:
    """One example a country, from python-stdnum's documentation or built to fit."""
    assert found(text) == [(kind, number)]


@pytest.mark.parametrize(
    "text",
    [
        "BSN: 111222334",
        "12345678A is the part",
        "390.533.447-06",
        "111222333",
        "44051401359",
        "2341 2341 2346",
        "using 123-456-782 as a key",
        "AB123456Z",
        "GB123456A",
    ],
)
def test_a_number_without_check_digit_or_words_is_none(text: str) -> None:
    """A wrong check digit, or bare digits that nobody calls by name, are not reported."""
    assert found(text) == []


def test_identity_numbers_of_ten_countries_or_more_are_known() -> None:
    """The signal promises at least ten countries, and each has a python-stdnum module that can be imported."""
    assert len({rule.check.split(".")[0] for rule in IDENTITIES}) >= 10
    assert [r.check for r in IDENTITIES if not callable(pii._stdnum(r.check).is_valid)] == []


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("PASSPORT_NUMBER", "My passport number is C01234567.", "C01234567"),
        ("PASSPORT_NUMBER", '"passport_no": "533380006"', "533380006"),
        ("DRIVER_LICENSE", "Driver's License: S530-4609-8795", "S530-4609-8795"),
        ("DRIVER_LICENSE", "driving licence MORGA657054SM9IJ", "MORGA657054SM9IJ"),
        ("DRIVER_LICENSE", "DL# D1234567", "D1234567"),
        ("MEDICAL_RECORD_NUMBER", "MRN: 00123456", "00123456"),
        ("MEDICAL_RECORD_NUMBER", "medical record number A-123456", "A-123456"),
        ("NPI", "NPI 1234567893", "1234567893"),
        ("US_BANK_ROUTING_NUMBER", "routing number 111000025", "111000025"),
        ("US_BANK_ACCOUNT_NUMBER", "checking account number: 000123456789", "000123456789"),
        ("SWIFT_CODE", "SWIFT/BIC: DEUTDEFF500", "DEUTDEFF500"),
        ("DATE_OF_BIRTH", "DOB: 12/03/1984", "12/03/1984"),
        ("DATE_OF_BIRTH", '"date_of_birth": "1984-03-12"', "1984-03-12"),
        ("DATE_OF_BIRTH", "She was born on March 12, 1984 in Rome", "March 12, 1984"),
        ("DATE_OF_BIRTH", "geboren am 12.03.1984", "12.03.1984"),
        ("DATE_OF_BIRTH", "Geburtsdatum: 3. Mai 1985", "3. Mai 1985"),
        ("DATE_OF_BIRTH", "nací el 2 de octubre de 1963", "2 de octubre de 1963"),
        ("DATE_OF_BIRTH", "Né(e) le : 15 juillet 1985", "15 juillet 1985"),
        ("DATE_OF_BIRTH", "Nato/a il 15/07/1985", "15/07/1985"),
        ("DRIVER_LICENSE", "permis de conduire N4494305", "N4494305"),
        ("DRIVER_LICENSE", "driver's licence no.: KL175752D", "KL175752D"),
        ("DATE_OF_BIRTH", "née le 1er mars 1970", "1er mars 1970"),
        ("DATE_OF_BIRTH", "生年月日:1984年3月12日", "1984年3月12日"),
        ("DATE_OF_BIRTH", "дата рождения: 12.03.1984", "12.03.1984"),
        ("DATE_OF_BIRTH", "BDAY:19840312", "19840312"),
        ("DATE_OF_BIRTH", '"birthDate": "1984-03-12T00:00:00Z"', "1984-03-12"),
        ("PASSPORT_NUMBER", "numero di passaporto YA1234567", "YA1234567"),
        ("PASSPORT_NUMBER", "The number on your passport?\nAnna: it's YA1234567", "YA1234567"),
        ("PASSPORT_NUMBER", "<th>Passport</th> <td>YA1234567</td>", "YA1234567"),
        ("DRIVER_LICENSE", "patente n. U1B23C456D", "U1B23C456D"),
        ("DRIVER_LICENSE", "rijbewijs nummer 5391234567", "5391234567"),
        ("SG_NRIC", "NRIC No.: S1234567D", "S1234567D"),
        ("HK_ID_CARD", "HKID A123456(3)", "A123456(3)"),
        ("TW_NATIONAL_ID", "身分證字號 A123456789", "A123456789"),
        ("RU_SNILS", "СНИЛС 112-233-445 95", "112-233-445 95"),
        ("HU_SOCIAL_SECURITY_NUMBER", "TAJ szám: 123 456 788", "123 456 788"),
        ("AU_MEDICARE", "Medicare number 2123 45670 1", "2123 45670 1"),
        ("NATIONAL_ID", "National ID: 1234-567-890", "1234-567-890"),
        ("NATIONAL_ID", "carte d'identité n° 880692310285", "880692310285"),
    ],
)
def test_a_labelled_value_is_found_behind_its_label(kind: str, text: str, value: str) -> None:
    """What has no check digit is personal data only because the words in front say so."""
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "passport control opened in 2019",
        "licensed under MIT 2024",
        "the driver failed with error 31",
        "SWIFT: TRANSFER",
        "swift code DEUTZZFF",
        "born in 1984",
        "The release of 12/03/1984",
        "account number: 12345678",
        "C01234567",
    ],
)
def test_a_label_without_a_value_is_nothing(text: str) -> None:
    """The label alone, a value alone, and a word that looks like a value are not reported."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("login from 203.0.113.7", "IP", "203.0.113.7"),
        ("203.0.113.7:443", "IP", "203.0.113.7"),
        ("from 2001:db8::8a2e:370:7334.", "IP", "2001:db8::8a2e:370:7334"),
        ("[2001:db8:85a3:1:2:8a2e:370:7334]", "IP", "2001:db8:85a3:1:2:8a2e:370:7334"),
        ("mac 00:00:5E:00:53:AF", "MAC_ADDRESS", "00:00:5E:00:53:AF"),
        ("00-00-5e-00-53-af", "MAC_ADDRESS", "00-00-5e-00-53-af"),
        ("learned 0000.5e00.53af on port 3", "MAC_ADDRESS", "0000.5e00.53af"),
        ("ping 1.1.1.1", "IP", "1.1.1.1"),
        ("10.1.2.3", "IP", "10.1.2.3"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN", "DE89 3704 0044 0532 0130 00"),
        ("gb29nwbk60161331926819", "IBAN", "gb29nwbk60161331926819"),
    ],
)
def test_addresses_of_machines_and_accounts_are_found_exactly(text: str, kind: str, value: str) -> None:
    """IPv4, IPv6, MAC and IBAN, without the punctuation, port or word after them."""
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1 and 0.0.0.0 and ::1",
        "mask 255.255.255.0",
        "version 1.2.3.4",
        "10.0.0.0/16",
        "1.2.3.4.5",
        "upgraded from 3.3.1 to 26.6.7.27",
        "Oracle 19.3.0.0",
        "// 5.2.2.1",
        "use B::CC here",
        "1111.2222.3333",
        "300.1.1.1",
        "12:30:45",
        "std::vector and a::b",
        "GB29NWBK60161331926818",
        "DE89 3704",
    ],
)
def test_what_says_nothing_about_anybody_is_no_address(text: str) -> None:
    """Loopback, masks, networks, versions, times and an IBAN with a wrong check are not reported."""
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "name,ssn,birth_date\nAna,«SSN:219099999»,«DATE_OF_BIRTH:1984-03-12»\nBob,«SSN:219099998»,«DATE_OF_BIRTH:3/4/1990»",
        'id;"Mobile";note\n1;"«PHONE:79460958»";none\n2;;none',
        "| Name | Passport no. |\n|---|---|\n| Ana | «PASSPORT_NUMBER:C01234567» |",
        "name\tsocial_security_number\nAna\t«SSN:219099999»\nEva\t«SSN:219 09 9998»",
        "name\tNPI\nAna\t«NPI:1234567893»",
    ],
)
def test_a_cell_is_read_with_the_heading_of_its_column(text: str) -> None:
    """CSV, TSV and Markdown name a value once for all rows, however far above."""
    values = re.findall("«([A-Z_]+):([^»]+)»", text)

    assert found(re.sub("«[A-Z_]+:|»", "", text)) == values


@pytest.mark.parametrize(
    "text",
    [
        "name,passport\nAna,C01234567,extra",
        "quantity,size\n219099999,79460958",
        "Ask for the phone, please\nItem 79460958, thanks",
    ],
)
def test_a_cell_of_another_table_or_column_is_not(text: str) -> None:
    """A row has as many fields as its headings, and what no heading names stays a bare number."""
    assert found(text) == []


def test_findings_are_sorted_and_the_longer_one_wins() -> None:
    """The card digits inside an IBAN and the address inside a longer one are not reported twice."""
    text = "b@example.com then GB29 NWBK 6016 1331 9268 19 then a@example.com"

    spans = pii.find(text)

    assert [s.type for s in spans] == ["EMAIL", "IBAN", "EMAIL"]
    assert all(first.end <= second.start for first, second in pairwise(spans))


def test_types_are_constants_of_one_form() -> None:
    """A type is used in metrics, playbooks and replacements, so it is upper case with underscores."""
    types = {*BEDROCK_TYPES, *(r.type for r in IDENTITIES), *(r.type for r in LABELLED)}

    assert [t for t in types if not t.replace("_", "").isalnum() or t != t.upper()] == []


def test_a_span_does_not_hold_the_value() -> None:
    """What is handed on to cases and logs cannot leak what it is about."""
    assert "ana" not in repr(pii.find("ana@example.com"))


@pytest.mark.parametrize("alphabet", ["0123456789 -.+()/", "a@.", "abc019:", "phone 12", "AB12 ", "1"])
def test_any_text_is_read_without_error_and_with_true_offsets(alphabet: str) -> None:
    """Texts of nothing but the characters that start a match give sorted, separate spans inside the text."""
    rng = random.Random(alphabet)  # noqa: S311 - test data, and repeatable
    for _ in range(60):
        text = "".join(rng.choices(alphabet, k=300))
        spans = pii.find(text)
        assert [s for s in spans if not 0 <= s.start < s.end <= len(text)] == []
        assert [a for a, b in pairwise(spans) if a.end > b.start] == []


def test_hostile_digits_need_memory_in_proportion() -> None:
    """A long text of digits is read to its end and kept in no copies beyond a small multiple."""
    text = "call 555 0143, " * 4_000
    tracemalloc.start()
    spans = pii.find(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(spans) == 4_000
    assert peak < 80 * len(text)
