import Hashing

/// A sentence about a scene, and what it claims.
public struct SceneCaption: Sendable, Hashable {
    /// The words, in lower case, with spaces between them.
    public let text: String
    package let claims: Claims

    /// Whether all that the caption says is true of a scene.
    public func fits(_ scene: Scene) -> Bool { claims.fit(scene) }

    /// How much the caption says: of two that fit a scene, the one that claims more is the likelier one.
    public var claimCount: Int { claims.count }
}

/// What a caption says.
package struct Claims: Sendable, Hashable {
    /// One object, or several that are alike.
    package struct Phrase: Sendable, Hashable {
        package var count = 1
        package var color: SceneObject.Color
        package var shape: SceneObject.Shape?
        package var size: SceneObject.Size?
        package var texture: SceneObject.Texture?

        func fits(_ object: SceneObject) -> Bool {
            object.color == color && shape.map { $0 == object.shape } ?? true
                && size.map { $0 == object.size } ?? true && texture.map { $0 == object.texture } ?? true
        }
    }

    /// How one phrase's object stands to another's.
    struct Related: Sendable, Hashable {
        let first: Int
        let relation: Scene.Relation
        let second: Int
    }

    package var phrases: [Phrase] = []
    var relations: [Related] = []
    /// The cell of a single object.
    var cell: (row: Int, column: Int)? {
        get { place.map { ($0 / 3, $0 % 3) } }
        set { place = newValue.map { 3 * $0.row + $0.column } }
    }
    private var place: Int?
    var isRow = false
    var isColumn = false
    package var backgroundColor: SceneBackground.Color?
    package var isNoisy: Bool?

    var count: Int {
        phrases.reduce(0) {
            $0 + $1.count
                * (1 + ($1.shape == nil ? 0 : 1) + ($1.size == nil ? 0 : 1) + ($1.texture == nil ? 0 : 1))
        } + relations.count
            + [place != nil, isRow, isColumn, backgroundColor != nil, isNoisy != nil].count { $0 }
    }

    func fit(_ scene: Scene) -> Bool {
        guard phrases.reduce(0, { $0 + $1.count }) == scene.objects.count,
            backgroundColor.map({ $0 == scene.background.color }) ?? true,
            isNoisy.map({ $0 == scene.background.isNoisy }) ?? true, !isRow || scene.isRow,
            !isColumn || scene.isColumn
        else { return false }
        if let place, scene.objects[0].row * 3 + scene.objects[0].column != place { return false }
        let slots = phrases.indices.flatMap { Array(repeating: $0, count: phrases[$0].count) }
        return assign([], slots, scene)
    }

    /// Whether the remaining slots can have their own objects, so that all relations hold.
    private func assign(_ chosen: [Int], _ slots: [Int], _ scene: Scene) -> Bool {
        guard chosen.count < slots.count else {
            return relations.allSatisfy { related in
                guard let a = slots.firstIndex(of: related.first),
                    let b = slots.firstIndex(of: related.second)
                else { return false }
                return Scene.holds(related.relation, scene.objects[chosen[a]], scene.objects[chosen[b]])
            }
        }
        return scene.objects.indices.contains { index in
            !chosen.contains(index) && phrases[slots[chosen.count]].fits(scene.objects[index])
                && assign(chosen + [index], slots, scene)
        }
    }
}

extension Scene {
    /// Which of a word's synonyms captions take: any, or always the first or the last of the list.
    public enum Synonyms: String, Sendable, CaseIterable {
        case any, first, last
    }

    /// A true caption, in one of many wordings; the same for the same number.
    public func caption(wording: Int = 0, synonyms: Synonyms = .any) -> SceneCaption {
        var writer = CaptionWriter(
            scene: self, synonyms: synonyms,
            random: SplitMix64(
                seed: drawing ^ (UInt64(bitPattern: Int64(wording)) &+ 1) &* 0xa076_1d64_78bd_642f))
        return writer.caption()
    }
}
