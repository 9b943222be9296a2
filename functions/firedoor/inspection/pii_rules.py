"""The tables behind `pii`: identity numbers by the shape they are written in, and values that only a label gives away.

Owns which types are known, how they are named and which words stand near them. It does not own finding anything.
Types are named after the labels of public PII data sets where these agree (`CREDIT_CARD`, `SSN`, `IBAN`, `IP`,
`DRIVER_LICENSE`), else after Amazon Bedrock's and Comprehend's entity types, else `<country>_<number>`.
"""

from __future__ import annotations

from dataclasses import dataclass

BEDROCK_TYPES: dict[str, str] = {
    "EMAIL": "EMAIL",
    "PHONE": "PHONE",
    "CREDIT_CARD": "CREDIT_DEBIT_CARD_NUMBER",
    "IBAN": "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "SWIFT_CODE": "SWIFT_CODE",
    "IP": "IP_ADDRESS",
    "MAC_ADDRESS": "MAC_ADDRESS",
    "SSN": "US_SOCIAL_SECURITY_NUMBER",
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    "US_BANK_ACCOUNT_NUMBER": "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING_NUMBER": "US_BANK_ROUTING_NUMBER",
    "PASSPORT_NUMBER": "US_PASSPORT_NUMBER",
    "DRIVER_LICENSE": "DRIVER_ID",
    "UK_NATIONAL_INSURANCE_NUMBER": "UK_NATIONAL_INSURANCE_NUMBER",
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    "CA_SOCIAL_INSURANCE_NUMBER": "CA_SOCIAL_INSURANCE_NUMBER",
}
"""Our type → Amazon Bedrock guardrail PII entity type (`GuardrailPiiEntityType`), where Bedrock has one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A personal number with a check digit.

    A shape is the number with every digit written 9 and every letter A. A number in one of `shapes` is distinctive
    enough by itself; in one of `bare` it needs one of `words` (a regular expression over lower case) next to it.
    `check` is the python-stdnum module that validates it.
    """

    type: str
    check: str
    shapes: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    words: str = ""


IDENTITIES: tuple[Identity, ...] = (
    Identity("US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", "us.itin", ("999-99-9999",), ("9" * 9, "999 99 9999"),
             r"\bitin\b|taxpayer id"),
    Identity("UK_NATIONAL_HEALTH_SERVICE_NUMBER", "gb.nhs", (), ("9" * 10, "999 999 9999", "999-999-9999"),
             r"\bnhs|national health"),
    Identity("UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER", "gb.utr", (), ("9" * 10, "99999 99999"),
             r"\butr\b|taxpayer reference"),
    Identity("DE_TAX_ID", "de.idnr", (), ("9" * 11, "99 999 999 999"),
             r"steuer-?id|steueridentifikation|steuerliche id|\bidnr\b|german tax"),
    Identity("FR_NIR", "fr.nir", ("9 99 99 99 999 999 99", "9 99 99 9A 999 999 99"), ("9" * 15, "999999A99999999"),
             r"s[eé]curit[eé] sociale|\bnir\b|insee|num[eé]ro de s[eé]cu|french social|carte vitale"),
    Identity("ES_DNI", "es.dni", ("99999999A", "99999999-A")),
    Identity("ES_NIE", "es.nie", ("A9999999A", "A9999999-A")),
    Identity("IT_FISCAL_CODE", "it.codicefiscale", ("AAAAAA99A99A999A",)),
    Identity("NL_BSN", "nl.bsn", (), ("9" * 9,), r"\bbsn\b|burgerservice|sofinummer|citizen service"),
    Identity("PL_PESEL", "pl.pesel", (), ("9" * 11,), r"pesel"),
    Identity("SE_PERSONAL_IDENTITY_NUMBER", "se.personnummer", ("99999999-9999",),
             ("9" * 12, "9" * 10, "999999-9999"), r"personn|personal identity|swedish"),
    Identity("DK_CPR", "dk.cpr", (), ("999999-9999", "9" * 10), r"\bcpr|personnummer|danish"),
    Identity("NO_NATIONAL_IDENTITY_NUMBER", "no.fodselsnummer", (), ("9" * 11, "999999 99999"),
             r"f[oø]dselsn|personnummer|norwegian"),
    Identity("FI_PERSONAL_IDENTITY_CODE", "fi.hetu", ("999999-999A", "999999A999A", "999999+999A"),
             ("999999-9999", "999999A9999"), r"hetu|henkil[oö]tunnus|finnish"),
    Identity("BR_CPF", "br.cpf", ("999.999.999-99",), ("9" * 11,), r"\bcpf\b"),
    Identity("IN_AADHAAR", "in_.aadhaar", (), ("9999 9999 9999", "9999-9999-9999", "9" * 12), r"aadh?aa?r|uidai"),
    Identity("IN_PERMANENT_ACCOUNT_NUMBER", "in_.pan", (), ("AAAAA9999A",),
             r"\bpan\b|permanent account|income tax"),
    Identity("CA_SOCIAL_INSURANCE_NUMBER", "ca.sin", (), ("999 999 999", "999-999-999", "9" * 9),
             r"\bsin\b|social insurance"),
    Identity("AU_TFN", "au.tfn", (), ("999 999 999", "999-999-999", "9" * 9), r"\btfn\b|tax file"),
    Identity("JP_MY_NUMBER", "jp.in_", (), ("9999 9999 9999", "9999-9999-9999", "9" * 12),
             r"my number|individual number|マイナンバー|個人番号"),
    Identity("KR_RRN", "kr.rrn", ("999999-9999999",), ("9" * 13,), r"\brrn\b|resident registration|주민등록"),
    Identity("CN_RESIDENT_ID", "cn.ric", ("9" * 18, "9" * 17 + "A")),
    Identity("MX_CURP", "mx.curp", ("AAAA999999AAAAAA99", "AAAA999999AAAAAAA9")),
    Identity("CH_AHV", "ch.ssn", ("999.9999.9999.99",), ("9" * 13,), r"\bahv|\bavs\b|swiss social"),
    Identity("BE_NATIONAL_NUMBER", "be.nn", ("99.99.99-999.99",), ("9" * 11,),
             r"rijksregister|registre national|national register"),
    Identity("IE_PPS", "ie.pps", (), ("9999999A", "9999999AA"), r"\bpps|personal public service"),
    Identity("PT_NIF", "pt.nif", (), ("9" * 9, "999 999 999"), r"\bnif\b|contribuinte"),
    Identity("CZ_BIRTH_NUMBER", "cz.rc", ("999999/9999",), ("9" * 10,), r"rodn[eé] [cč]|birth number"),
    Identity("RO_CNP", "ro.cnp", (), ("9" * 13,), r"\bcnp\b|cod numeric"),
    Identity("BG_EGN", "bg.egn", (), ("9" * 10,), r"\begn\b|егн"),
    Identity("EE_PERSONAL_CODE", "ee.ik", (), ("9" * 11,), r"isikukood|estonian"),
    Identity("LT_PERSONAL_CODE", "lt.asmens", (), ("9" * 11,), r"asmens kodas|lithuanian"),
    Identity("HR_OIB", "hr.oib", (), ("9" * 11,), r"\boib\b"),
    Identity("GR_AMKA", "gr.amka", (), ("9" * 11,), r"amka|αμκα"),
    Identity("TR_NATIONAL_ID", "tr.tckimlik", (), ("9" * 11,), r"t\.?c\.? ?kimlik|\btckn\b|turkish id"),
    Identity("ZA_ID_NUMBER", "za.idnr", (), ("9" * 13, "999999 9999 999"), r"\bid\b|identity|south african"),
    Identity("IL_ID_NUMBER", "il.idnr", (), ("9" * 9,), r"teudat zehut|israeli id|תעודת זהות"),
    Identity("CL_RUT", "cl.rut", ("99.999.999-9", "99.999.999-A"), ("99999999-9", "99999999-A", "9999999-9"),
             r"\brut\b|\brun\b"),
    Identity("TH_NATIONAL_ID", "th.pin", ("9-9999-99999-99-9",), ("9" * 13,), r"thai id|บัตรประชาชน"),
    Identity("MY_NRIC", "my.nric", (), ("999999-99-9999", "9" * 12), r"nric|mykad|\bic\b"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value without a checkable form, found by the label in front of it.

    `gates` are substrings of the lowered text, one of which must be there; `label` and `value` are regular expressions
    over the lowered text; `min_digits` is how many digits the value must have.
    """

    type: str
    gates: tuple[str, ...]
    label: str
    value: str
    confidence: float
    min_digits: int = 0


_CODE = r"[a-z0-9](?:-?[a-z0-9]| (?=[0-9]{3,4}\b)){4,18}+"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = (
    r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?{_MONTH},?[ -][0-9]{{2,4}}"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
)

LABELLED: tuple[Labelled, ...] = (
    Labelled("PASSPORT_NUMBER", ("passport", "reisepass", "passeport", "pasaporte"),
             r"(?:passport|reisepass|passeport|pasaporte|passaporto)(?:nummer)?", _CODE, 0.8, min_digits=5),
    Labelled("DRIVER_LICENSE", ("licen", "driver", "permis de conduire", "hrerschein"),
             r"(?:driver(?:['’]?s)?[ _-]?(?:licen[cs]e|id)|driving[ _-]?licen[cs]e|driverslicense|f(?:ü|ue)hrerschein"
             r"|permis de conduire|licencia de conducir)(?:nummer)?", _CODE, 0.8, min_digits=4),
    Labelled("DRIVER_LICENSE", ("dl ", "dl#", "dl:"), r"(?<![a-z0-9])dl(?![a-z])", _CODE, 0.7, min_digits=5),
    Labelled("MEDICAL_RECORD_NUMBER", ("mrn", "medical record", "medical_record", "medicalrecord", "health record"),
             r"(?:(?<![a-z])mrn(?![a-z])|(?:medical|health)[ _-]?record)", _CODE, 0.85, min_digits=4),
    Labelled("NPI", ("npi", "national provider"), r"(?:(?<![a-z])npi(?![a-z])|national provider(?: identifier)?)",
             r"[12][0-9]{9}", 0.9),
    Labelled("US_BANK_ROUTING_NUMBER", ("routing", "aba", "rtn"), r"(?:routing|(?<![a-z])(?:aba|rtn)(?![a-z]))",
             r"[0-9]{9}", 0.85),
    Labelled("US_BANK_ACCOUNT_NUMBER", ("account", "acct", "a/c"),
             r"(?:account|acct|a/c)\.?(?=[\s_-]{0,2}(?:n|#|:|\())", r"[0-9]{3,17}(?:-[0-9]{3,8}){0,3}", 0.7,
             min_digits=6),
    Labelled("SWIFT_CODE", ("swift", "bic"), r"(?:swift|(?<![a-z])bic(?![a-z]))(?:[ /_-]{1,3}bic)?",
             r"[a-z]{6}[a-z0-9]{2}(?:[a-z0-9]{3})?", 0.85),
    Labelled("DE_ID_CARD", ("personalausweis", "ausweisn"), r"(?:personalausweis|ausweis)(?:nummer|nr\.?)?",
             r"[cfghjklmnprtvwxyz0-9]{9}[0-9]?", 0.8, min_digits=3),
    Labelled("DATE_OF_BIRTH",
             ("birth", "dob", "d.o.b", "born", "geb", "naissance", "nacimiento", "nascita", "nascimento"),
             r"(?:(?<![a-z])(?:d\.?o\.?b\.?(?![a-z])|born)|date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day)|geburtsdatum"
             r"|geboren am|geboortedatum|date de naissance|fecha de nacimiento|data di nascita|data de nascimento)",
             _DATE, 0.9),
)  # fmt: skip

_IBAN_REGISTRY = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18
FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24
SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
IBAN_LENGTHS: dict[str, int] = {entry[:2]: int(entry[2:]) for entry in _IBAN_REGISTRY.split()}
"""Country → length of an IBAN without spaces (the SWIFT IBAN registry)."""

SWIFT_COUNTRIES = frozenset(IBAN_LENGTHS) | frozenset(
    "AR AU BD CA CL CN CO EC HK ID IN JP KE KR LK MA MX MY NG NZ PE PH RU SG TH TW UG US UY VN ZA".split()  # noqa: SIM905
)
