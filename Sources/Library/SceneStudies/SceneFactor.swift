import Formats
import SmallWorld

/// What can be said of a scene or of a caption, as numbers; a region of the study responds to some of them.
public enum SceneFactor: String, Sendable, CaseIterable {
    /// The mean red, green and blue of 4 x 4 parts of the picture.
    case pixels
    /// The energy of edges of four orientations in 4 x 4 parts of the picture.
    case edges
    /// How many objects have each color, and how many each shape.
    case colors, shapes
    /// Which of the nine cells hold an object.
    case places
    /// What is behind the objects: color, noise, gradient.
    case background
    /// How many objects have each combination of a shape and a color.
    case identity
    /// Whether there is one object, two, or three.
    case count
    /// What captions name beside shapes and colors: sizes, textures, the background's color and noise.
    case attributes
    /// How often each word that names something occurs; synonyms are different words.
    case words
    /// How often each letter occurs, how many words there are and how long.
    case wordForm
    /// How often each word occurs that names nothing.
    case phrasing

    /// Whether a picture and a caption can both have it.
    public var isShared: Bool { self == .identity || self == .count || self == .attributes }

    /// The numbers of a picture of the scene; empty for a factor of texts.
    func values(of scene: Scene, _ picture: PictureStatistics) -> [Float] {
        switch self {
        case .pixels: picture.colors
        case .edges: picture.edges
        case .colors: counted(SceneObject.Color.allCases, scene.objects.map(\.color))
        case .shapes: counted(SceneObject.Shape.allCases, scene.objects.map(\.shape))
        case .places: counted(Array(0..<9), scene.objects.map { 3 * $0.row + $0.column })
        case .background:
            counted(SceneBackground.Color.allCases, [scene.background.color])
                + counted(SceneBackground.Gradient.allCases, [scene.background.gradient])
                + [scene.background.isNoisy ? 1 : 0]
        case .identity, .count, .attributes: values(of: Meaning(scene))
        case .words, .wordForm, .phrasing: []
        }
    }

    /// The numbers of a caption, of what it says; empty for a factor of pictures.
    func values(of caption: SceneCaption) -> [Float] {
        let words = caption.text.split(separator: " ").map(String.init)
        switch self {
        case .identity, .count, .attributes: return values(of: Meaning(caption))
        case .words: return counted(Vocabulary.naming, words)
        case .phrasing: return counted(Vocabulary.others, words)
        case .wordForm:
            let letters = words.joined()
            return counted(Vocabulary.letters, Array(letters))
                + [Float(words.count), Float(letters.count) / Float(max(words.count, 1))]
        default: return []
        }
    }

    private func values(of meaning: Meaning) -> [Float] {
        switch self {
        case .identity: counted(Array(0..<64), meaning.identities)
        case .count: counted([1, 2, 3], [meaning.count])
        default: meaning.attributes
        }
    }
}

/// How often each of the cases is among the values.
private func counted<Value: Hashable>(_ cases: [Value], _ values: [Value]) -> [Float] {
    let counts = values.reduce(into: [Value: Float]()) { $0[$1, default: 0] += 1 }
    return cases.map { counts[$0] ?? 0 }
}

/// What a picture and a caption can share.
private struct Meaning {
    /// The shape and color of each object, as one number of 64.
    var identities: [Int] = []
    var count = 0
    /// Objects of each size and texture, the background's color and noise, as far as they are said.
    var attributes: [Float] = []

    /// All that is true of a scene.
    init(_ scene: Scene) {
        identities = scene.objects.map { Meaning.identity($0.shape, $0.color) }
        count = scene.objects.count
        attributes =
            counted(SceneObject.Size.allCases, scene.objects.map(\.size))
            + counted(SceneObject.Texture.allCases, scene.objects.map(\.texture))
            + counted(SceneBackground.Color.allCases, [scene.background.color])
            + counted([true, false], [scene.background.isNoisy])
    }

    /// What a caption says.
    init(_ caption: SceneCaption) {
        let claims = caption.claims
        let phrases = claims.phrases.flatMap { Array(repeating: $0, count: $0.count) }
        identities = phrases.compactMap { phrase in
            phrase.shape.map { Meaning.identity($0, phrase.color) }
        }
        count = phrases.count
        attributes =
            counted(SceneObject.Size.allCases, phrases.compactMap(\.size))
            + counted(SceneObject.Texture.allCases, phrases.compactMap(\.texture))
            + counted(SceneBackground.Color.allCases, [claims.backgroundColor].compactMap { $0 })
            + counted([true, false], [claims.isNoisy].compactMap { $0 })
    }

    private static func identity(_ shape: SceneObject.Shape, _ color: SceneObject.Color) -> Int {
        let shapes = SceneObject.Shape.allCases
        let colors = SceneObject.Color.allCases
        return (shapes.firstIndex(of: shape) ?? 0) * colors.count + (colors.firstIndex(of: color) ?? 0)
    }
}

/// The words of captions by what they are for.
private enum Vocabulary {
    static let letters = Array("abcdefghijklmnopqrstuvwxyz")
    static let naming = words(ofThings: true)
    static let others = words(ofThings: false)

    private static func words(ofThings: Bool) -> [String] {
        SmallWorld.vocabulary.dropFirst(SmallWorld.specialTokens.count)
            .filter { SmallWorld.namingWords.contains($0) == ofThings }
    }
}

/// Means of colors and energies of edges in parts of a picture.
struct PictureStatistics {
    /// Parts along a side.
    private static let parts = 4
    /// 4 x 4 parts x red, green, blue; 0 to 255.
    let colors: [Float]
    /// 4 x 4 parts x four orientations.
    let edges: [Float]

    init(_ scene: Scene) {
        let side = Scene.side
        let pixels = [UInt8](unsafeUninitializedCapacity: side * side * 3) { target, count in
            if let base = target.baseAddress { scene.draw(into: base) }
            count = side * side * 3
        }
        let part = side / Self.parts
        var colors = [Float](repeating: 0, count: Self.parts * Self.parts * 3)
        var edges = [Float](repeating: 0, count: Self.parts * Self.parts * 4)
        let gray: [Float] = (0..<side * side).map { index in
            let sum = Int(pixels[3 * index]) + Int(pixels[3 * index + 1]) + Int(pixels[3 * index + 2])
            return Float(sum) / 3
        }
        let size = Float(part * part)
        for row in 0..<side {
            for column in 0..<side {
                let place = (row / part) * Self.parts + column / part
                let pixel = row * side + column
                for channel in 0..<3 {
                    colors[3 * place + channel] += Float(pixels[3 * pixel + channel]) / size
                }
                guard row > 0, column > 0, row < side - 1, column < side - 1 else { continue }
                let right = gray[pixel + 1] - gray[pixel - 1]
                let down = gray[pixel + side] - gray[pixel - side]
                let rising = (right + down) / 2
                let falling = (right - down) / 2
                edges[4 * place] += right * right
                edges[4 * place + 1] += down * down
                edges[4 * place + 2] += 2 * rising * rising
                edges[4 * place + 3] += 2 * falling * falling
            }
        }
        self.colors = colors
        self.edges = edges.map { $0.squareRoot() }
    }
}
