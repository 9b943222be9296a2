"""The tables behind `pii`: identity numbers by the shape they are written in, and values that only a label gives away.

Owns which types are known, how they are named and which words stand near them. It does not own finding anything.
Types are named after the labels of public PII data sets where these agree (`CREDIT_CARD`, `SSN`, `IBAN`, `IP`,
`DRIVER_LICENSE`), else after Amazon Bedrock's and Comprehend's entity types, else `<country>_<number>`.
"""

from __future__ import annotations

import re
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
             r"steuer-?id|steuerliche identifikation|steueridentifikation|steuerliche id|\bidnr\b|german tax"),
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
    Identity("IL_ID_NUMBER", "il.idnr", (), ("9" * 9,), r"teudat zehut|israeli id|תעודת זהות|מספר זהות|ת\.ז"),
    Identity("CL_RUT", "cl.rut", ("99.999.999-9", "99.999.999-A"), ("99999999-9", "99999999-A", "9999999-9"),
             r"\brut\b|\brun\b"),
    Identity("TH_NATIONAL_ID", "th.pin", ("9-9999-99999-99-9",), ("9" * 13,), r"thai id|บัตรประชาชน"),
    Identity("AT_SOCIAL_INSURANCE_NUMBER", "at.vnr", (), ("9" * 10, "9999 999999"),
             r"sozialversicherung|versicherungsnummer|sv-?n(?:umme)?r|\bvsnr\b|austrian social"),
    Identity("IS_KENNITALA", "is_.kennitala", (), ("999999-9999", "9" * 10), r"kennital|icelandic"),
    Identity("SI_EMSO", "si.emso", (), ("9" * 13,), r"em[sš]o|jmbg|mati[cč]na|slovenian"),
    Identity("SK_BIRTH_NUMBER", "sk.rc", (), ("9" * 10,), r"rodn[eé] [cč]|slovak"),
    Identity("RU_INN", "ru.inn", (), ("9" * 12,), r"инн|\binn\b|russian tax"),
    Identity("UA_TAX_NUMBER", "ua.rntrc", (), ("9" * 10,), r"рнокпп|[іi]дентиф|\bіпн\b|ukrainian tax"),
    Identity("AR_CUIT", "ar.cuit", ("99-99999999-9",), ("9" * 11,), r"\bcui[tl]\b"),
    Identity("EC_CEDULA", "ec.ci", (), ("9" * 10, "999999999-9"), r"c[eé]dula|ecuador"),
    Identity("DO_CEDULA", "do.cedula", ("999-9999999-9",), ("9" * 11,), r"c[eé]dula|dominican"),
    Identity("ID_NIK", "id.nik", (), ("9" * 16,), r"\bnik\b|\bktp\b|indonesian id"),
    Identity("PK_CNIC", "pk.cnic", ("99999-9999999-9",), ("9" * 13,), r"\bcnic\b|pakistani id"),
    Identity("NZ_IRD", "nz.ird", (), ("99-999-999", "999-999-999", "9" * 8, "9" * 9), r"\bird\b|inland revenue"),
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


_CODE = r"(?=[a-z -]{0,8}[0-9])[a-z0-9](?:-?[a-z0-9]| (?=[0-9]{3,4}\b)){4,18}+"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = (
    r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?{_MONTH},?[ -][0-9]{{2,4}}"
    rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
    # Behind the words for a birth, what stands between a day and a year is a month in any language.
    r"|[0-9]{1,2}(?:\.|º|er)?(?: de)? [^\W\d_]{3,12}\.?(?: del?)? (?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2}[年년] ?[0-9]{1,2}[月월] ?[0-9]{1,2}[日일]"
    r"|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)

LABELLED: tuple[Labelled, ...] = (
    Labelled("PASSPORT_NUMBER",
             ("passport", "reisepass", "passeport", "saporte", "saporto", "paspoort", "paszport", "паспорт", "护照",
              "護照", "パスポート", "여권"),
             r"(?:passport|reisepass|passeport|pasaporte|passaporto|passaporte|paspoort|paszportu?|паспорта?|护照|護照"
             r"|パスポート|여권)(?:nummer|号码|號碼|番号|번호)?", _CODE, 0.8, min_digits=5),
    Labelled("DRIVER_LICENSE",
             ("licen", "driver", "de cond", "hrerschein", "patente", "carteira", "cnh", "rijbewijs", "jazdy", "kort",
              "водит", "ehliyet", "ürücü", "hrerausweis", "駕", "驾", "運転"),
             r"(?:driver(?:['’]?s)?[ _-]?(?:licen[cs]e|id)|driving[ _-]?licen[cs]e|driverslicense|f(?:ü|ue)hrerschein"
             r"|permis de conduire|licencia de (?:conducir|manejo)|permiso de conducir|carn[eé]t? de conducir"
             r"|patente(?: di guida)?|carteira (?:nacional de habilita[cç][aã]o|de motorista)|(?<![a-z])cnh(?![a-z])"
             r"|carta de condu[cç][aã]o|rijbewijs|prawa? jazdy|(?:k[oö]r|k[oø]re|f[oø]rer)kort|ajokort(?:ti|in)"
             r"|водительск(?:ое удостоверение|их прав|ие права)|ehliyet|s[uü]r[uü]c[uü] belgesi"
             r"|f[uü]hrerausweis|驾驶证|駕照|運転免許)(?:nummer|号码|番号)?", _CODE, 0.8, min_digits=4),
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
             ("birth", "dob", "d.o.b", "born", "geb", "naissance", "e nac", "naci", "nací", "nasc", "bday",
              "né le", "(e) le", "nato/a",
              "née le", "nato il", "nata il", "född", "födels", "født", "fødsel", "synty", "urodz", "doğum", "naroz",
              "szület", "рожд", "родил", "народж", "γέννησ", "לידה", "生年月日", "出生", "生日", "생년월일", "วันเกิด",
              "ngày sinh", "lahir", "rođen", "nașter", "nasteri"),
             r"(?:(?<![a-z])(?:d\.?o\.?b\.?(?![a-z])|born)|date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day)|geburtsdatum"
             r"|geboren(?: am| op)?|(?<![a-z])geb\.(?: am)?|geburtstag|geboortedatum|date de naissance"
             r"|data de nasc(?:imento)?|(?:fecha|f\.) de nac(?:imiento)?|data di nascita|(?<![a-z])(?:bday"
             r"|n[eé](?:e|\(e\))? le|nac[ií](?:d[oa](?:/a)?)? el|nasci(?:d[oa](?:/a)?)? em|nat[oa](?:/a)? il(?![a-z]))"
             r"|f[öø]d(?:d|t|elsedat|selsdat|elsdat)[a-z]{0,3}"
             r"|syntym[aä]aika|syntynyt|data urodzenia|urodzon[ya]|doğum tarihi|datum naro[a-z]{3,5}|narozena?"
             r"|szület(?:ési|ett)[a-z ]{0,8}|дата рождения|родил(?:ся|ась)|дата народження|ημερομηνία γέννησης"
             r"|תאריך לידה|生年月日|出生(?:日期|年月日?)|生日|생년월일|วันเกิด|ngày sinh|tanggal lahir|datum rođenja"
             r"|data na[sș]terii)", _DATE, 0.9),
    Labelled("SG_NRIC", ("nric", "fin:", "fin no", "fin num", "singapore id"),
             r"(?:nric|(?<![a-z])fin(?![a-z])|singapore id)(?:/fin)?", r"[stfgm][0-9]{7}[a-z]", 0.85),
    Labelled("HK_ID_CARD", ("hkid", "hong kong", "身份證", "身份证"),
             r"(?:hkid|hong kong (?:id|identity)(?: card)?|身份[證证])", r"[a-z]{1,2}[0-9]{6}(?:\([0-9a]\)|[0-9a])",
             0.85),
    Labelled("TW_NATIONAL_ID", ("身分證", "taiwan"), r"(?:身分證(?:字號)?|taiwan(?:ese)? id)", r"[a-z][1289][0-9]{8}",
             0.85),
    Labelled("RU_SNILS", ("снилс", "snils"), r"(?:снилс|snils)", r"[0-9]{3}-?[0-9]{3}-?[0-9]{3}[ -]?[0-9]{2}", 0.85),
    Labelled("HU_SOCIAL_SECURITY_NUMBER", ("taj",), r"(?<![a-z])taj(?![a-z])(?:[ -]?sz[aá]m)?",
             r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", 0.85),
    Labelled("AU_MEDICARE", ("medicare",), r"medicare", r"[2-6][0-9]{3} ?[0-9]{5} ?[0-9](?:[ /-]?[0-9])?", 0.8),
    Labelled("NATIONAL_ID",
             ("national", "citizen", "identit", "dula", "documento", "dni", "cccd"),
             r"(?:national[ _-]?id(?:entity|entification)?(?:[ _-]card)?|identity[ _-]card|citizen[ _-]id"
             r"|carte (?:nationale )?d['’]identit[eé]|carta d['’]identit[aà]"
             r"|c[eé]dula(?: de (?:ciudadan[ií]a|identidad))?|documento (?:nacional )?de identidad"
             r"|(?<![a-z])(?:dni|cccd)(?![a-z]))",
             r"(?:[a-z]{0,3}[0-9](?:[ .-]?[0-9a-z]){5,17}+)", 0.7, min_digits=6),
)  # fmt: skip

HEADINGS = re.compile(
    r"(?<![a-z])(?:ssn|social.?security|dob|date.?of.?birth|birth.?(?:date|day)|phone|tel|telephone|mobile|cell|fax"
    r"|passport|driver|driving|licen[cs]e|mrn|medical.?record|npi|card|cc|iban|routing|account.?n|itin|nhs|nino|sin|tfn"
    r"|cpf|dni|nie|nif|pesel|bsn|cnp|oib|egn|cnic|nik|aadhaar|curp|rut|cuit|personnummer|geb|geburtsdatum"
    r"|telefon|handy|telefono|m[oó]vil|tel[eé]fono|fecha de nac|date de naissance"
    r"|t[eé]l[eé]phone|codice fiscale|national.?id)"
)
"""Headings of the columns of a table whose cells are read as if their heading stood in front of each."""

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
