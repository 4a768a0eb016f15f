"""Strings that are hard on a tokenizer, the same ones every time; imported by the other foundation_models scripts."""
import random

WORDS = """the of and to in a is that it was for on are with as his they be at one have this from or had by hot but some
what there we can out other were all your when up use word how said an each she which do their time if will way about
many then them would write like so these her long make thing see him two has look more day could go come did my sound no
most number who over know water than call first people may down side been now find any new work part take get place made
live where after back little only round man year came show every good me give our under name very through just form much
great think say help low line before turn cause same mean differ move right boy old too does tell sentence set three want
air well also play small end put home read hand port large spell add even land here must big high such follow act why ask
men change went light kind off need house picture try us again animal point mother world near build self earth father
neuroscientist hippocampus cortical unbelievable tokenization electroencephalography pseudopseudohypoparathyroidism""".split()
ACCENTED = """café naïve résumé Ångström façade jalapeño Zürich São crème brûlée Łódź Dvořák smörgåsbord İstanbul ISTANBUL
ǅungla Straße ÉCOLE Ελλάδα ΟΔΟΣ Привет ЁЛКА ёлка Київ việt ngữ đường fiancée œuvre Æsir ﬁne Ⅷ ½ ª K Å Ω ſ""".split()
OTHER = """機器學習 神经科学 脳の研究 カタカナ ひらがな ｶﾀｶﾅ 한국어 뇌과학 각 각 مرحبا العَرَبِيَّة שָׁלוֹם नमस्ते हिन्दी ภาษาไทย தமிழ் ქართული
Հայերեն ᏣᎳᎩ አማርኛ བོད་སྐད ខ្មែរ မြန်မာ 〇 々 ㍿ ㌔ 豈 𠀀 𪛖 𫝀 𫠠 𫤠 ａｂｃ １２３ ！？""".split()
EMOJI = ["😀", "🤩", "👩\u200d🚀", "🏳️\u200d🌈", "👍🏽", "🇫🇷", "❤️", "☕", "🧠", "🫠", "1️⃣", "©", "™", "→", "∑", "𝔘𝔫𝔦", "𝟘"]
CONTROL = ["\x00", "\x01", "\x07", "\x08", "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1b[0m", "\x1f", "\x7f", "\x85", "\xa0",
           "\xad", "\u1680", "\u2003", "\u200b", "\u200d", "\u200e", "\u2028", "\u2029", "\u202e", "\u2060", "\u3000", "\ufeff",
           "\ufffd", "\ue000", "\U000e0001", "\ufffe"]
SPECIAL = ["[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[sep]", "<s>", "</s>", "<mask>", "<pad>", "<|startoftext|>",
           "<|endoftext|>", "[MASK", "##ing", "##"]
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + ["...", "--", "¿", "¡", "«", "»", "“", "”", "’", "…", "—", "、", "。", "「",
                                                              "」", "·", "§", "¶", "‽", "٪", "؟", "।", "\u2e43", "\u166d", "\u111c9"]
OTHERS = ["don't", "I'll", "we've", "HE'S", "it'd", "they're", "I'm", "3.14", "1,000,000", "2026-11-24", "https://example.org/a?b=c&d=%20",
          "user@example.org", "C++", "x=y**2;", "snake_case", "CamelCase", "ALLCAPS", "e\u0301", "a\u0308\u0323", "q\u0307\u0323",
          "\u0301", "n\u0303o", "\u1100\u1161\u11a8"]


def scalar(rng):
    while True:
        code = rng.choice([rng.randrange(0x80), rng.randrange(0x800), rng.randrange(0x10000), rng.randrange(0x20000),
                           rng.randrange(0x110000)])
        if not 0xD800 <= code < 0xE000:
            return chr(code)


def piece(rng):
    kind = rng.random()
    if kind < 0.45:
        word = rng.choice(WORDS)
        return rng.choice([word, word, word, word.capitalize(), word.upper()])
    for share, items in ((0.57, ACCENTED), (0.67, OTHER), (0.73, EMOJI), (0.79, CONTROL), (0.82, SPECIAL), (0.91, PUNCTUATION),
                         (0.96, OTHERS)):
        if kind < share:
            return rng.choice(items)
    return "".join(scalar(rng) for _ in range(rng.randrange(1, 6)))


def strings(count, seed=20261124):
    """`count` strings: a few fixed extremes, then random mixtures of the above."""
    rng = random.Random(seed)
    fixed = ["", " ", "\n", "\t \r\n", "a", "\x00", "\u0301", "[CLS]", "a" * 100, "a" * 101, "é" * 100, "é" * 101, "の" * 150,
             "-" * 300, "ab " * 300, "x" * 2000, " leading", "trailing ", "two  blanks", "[SEP][SEP] [MASK]!", "no[MASK]blank",
             "hello <mask> there", "a <mask>", "👩\u200d🚀" * 20]
    result = fixed[:count]
    while len(result) < count:
        parts = [piece(rng) for _ in range(rng.choice([1, 2, 3, 5, 8, 13]))]
        result.append("".join(part + rng.choice([" ", " ", " ", "", "  "]) for part in parts).rstrip(" " if rng.random() < 0.9 else ""))
    return result
