/// The words of captions, with their synonyms.
enum Words {
    static func of(_ color: SceneObject.Color) -> [String] {
        switch color {
        case .red: ["red", "crimson", "scarlet"]
        case .green: ["green", "emerald"]
        case .blue: ["blue", "azure"]
        case .yellow: ["yellow", "golden"]
        case .purple: ["purple", "violet"]
        case .orange: ["orange", "tangerine"]
        case .white: ["white", "ivory"]
        case .cyan: ["cyan", "turquoise"]
        }
    }

    static func of(_ shape: SceneObject.Shape) -> [String] {
        switch shape {
        case .circle: ["circle", "disc"]
        case .square: ["square", "box"]
        case .triangle: ["triangle", "wedge"]
        case .star: ["star", "pentagram"]
        case .cross: ["cross", "plus"]
        case .ring: ["ring", "hoop"]
        case .moon: ["moon", "crescent"]
        case .diamond: ["diamond", "rhombus"]
        }
    }

    static func of(_ size: SceneObject.Size) -> [String] {
        switch size {
        case .small: ["small", "little", "tiny"]
        case .large: ["large", "big", "huge"]
        }
    }

    static func of(_ texture: SceneObject.Texture) -> [String] {
        switch texture {
        case .plain: ["plain", "solid"]
        case .striped: ["striped", "lined"]
        case .dotted: ["dotted", "spotted"]
        }
    }

    static func of(_ color: SceneBackground.Color) -> [String] {
        switch color {
        case .gray: ["gray", "slate"]
        case .brown: ["brown", "umber"]
        case .navy: ["navy", "midnight"]
        case .olive: ["olive", "khaki"]
        }
    }

    static func of(_ relation: Scene.Relation) -> [String] {
        switch relation {
        case .left: ["to the left of", "left of"]
        case .right: ["to the right of", "right of"]
        case .above: ["above", "over"]
        case .below: ["below", "under", "beneath"]
        }
    }

    static let noisy = ["noisy", "grainy"]
    static let clean = ["clean"]
    static let anything = ["thing", "object"]
    static let leads = [
        "a picture of", "an image of", "there is", "i see", "this shows", "a scene with", "here is",
    ]

    /// The name of a cell.
    static func place(row: Int, column: Int) -> String {
        let (down, right) = (["top", "", "bottom"][row], ["left", "", "right"][column])
        return [down, right].filter { !$0.isEmpty }.joined(separator: " ")
    }

    static func plural(_ noun: String) -> String {
        ["s", "x"].contains(noun.suffix(1)) ? noun + "es" : noun + "s"
    }

    /// All words, in alphabetical order.
    static let all: [String] = {
        let nouns = SceneObject.Shape.allCases.flatMap { of($0) } + anything
        var words = nouns + nouns.map(plural)
        words += SceneObject.Color.allCases.flatMap { of($0) } + SceneObject.Size.allCases.flatMap { of($0) }
        words += SceneObject.Texture.allCases.flatMap { of($0) }
        words += SceneBackground.Color.allCases.flatMap { of($0) } + noisy + clean
        words += (leads + Scene.Relation.allCases.flatMap { of($0) }).flatMap {
            $0.split(separator: " ").map(String.init)
        }
        words += [
            "top", "bottom", "center", "middle", "corner", "in", "at", "on", "the", "a", "an", "and", "with",
            "that", "is", "are", "two", "three", "pair", "of", "row", "column", "objects", "background", ":",
            ",",
        ]
        return Set(words).sorted()
    }()
}

extension SmallWorld {
    /// The special tokens of a vocabulary, which come before the words.
    public static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    /// All tokens of captions; a token's id is its place.
    public static let vocabulary = specialTokens + Words.all
    /// The words that name a shape, color, size, texture or background, synonyms among them, in singular and plural.
    package static let namingWords: Set<String> = {
        let nouns = SceneObject.Shape.allCases.flatMap { Words.of($0) }
        var words = nouns + nouns.map(Words.plural) + Words.noisy + Words.clean
        words += SceneObject.Color.allCases.flatMap { Words.of($0) }
        words += SceneObject.Size.allCases.flatMap { Words.of($0) }
        words += SceneObject.Texture.allCases.flatMap { Words.of($0) }
        return Set(words + SceneBackground.Color.allCases.flatMap { Words.of($0) })
    }()
    /// The most tokens of a caption.
    public static let longestCaption = 40

    private static let ids = Dictionary(
        uniqueKeysWithValues: vocabulary.enumerated().map { ($1, Int32($0)) })

    /// The ids of a text's words between those of [CLS] and [SEP]; a word that no caption has is [UNK].
    ///
    /// Capital letters count as small ones, and commas and the like are words, as to the tokenizer of a written model.
    /// A text that is longer than every caption is cut at `longestCaption` tokens.
    public static func tokenIDs(of text: String) -> [Int32] {
        var tokens: [Int32] = [2]
        tokens.append(contentsOf: wordIDs(of: text).prefix(longestCaption - 2))
        return tokens + [3]
    }

    /// The ids of all words of a text, which are those that the tokenizer of a written model cuts it into: capital
    /// letters count as small ones, and every mark of punctuation is a word.
    package static func wordIDs(of text: String) -> [Int32] {
        var words = [""]
        for letter in text.lowercased() {
            if letter.isPunctuation {
                words += [String(letter), ""]
            } else if letter.isWhitespace {
                words.append("")
            } else {
                words[words.count - 1].append(letter)
            }
        }
        return words.filter { !$0.isEmpty }.map { ids[$0] ?? 1 }
    }
}
