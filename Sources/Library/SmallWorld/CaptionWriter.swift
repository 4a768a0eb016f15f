import Hashing

/// Writes one caption of a scene: which things it says, in which order, by which words.
struct CaptionWriter {
    let scene: Scene
    let synonyms: Scene.Synonyms
    var random: SplitMix64
    private var claims = Claims()

    init(scene: Scene, synonyms: Scene.Synonyms, random: SplitMix64) {
        self.scene = scene
        self.synonyms = synonyms
        self.random = random
    }

    mutating func caption() -> SceneCaption {
        var parts: [String] = []
        if chance(0.7) { parts.append(random.pick(Words.leads)) }
        let groups = groups()
        if scene.objects.count > 1, chance(0.12) {
            parts.append((scene.objects.count == 2 ? "two" : "three") + " objects :")
        }
        switch (groups.count, scene.objects.count) {
        case (1, 1): parts.append(single(groups[0][0]))
        case (1, _): parts.append(phrase(groups[0]))
        case (2, 2): parts.append(pair(groups[0][0], groups[1][0]))
        case (2, _):
            let order = random.next() & 1 == 0 ? groups : groups.reversed()
            parts += [phrase(order[0]), random.pick(["and", "with"]), phrase(order[1])]
        default: parts.append(three(groups.map { $0[0] }))
        }
        if scene.objects.count == 3, groups.count < 3 { parts += line(0.3) }
        if chance(0.35) { parts.append(background()) }
        return SceneCaption(text: parts.joined(separator: " "), claims: claims)
    }

    private mutating func chance(_ share: Double) -> Bool { random.unit() < share }

    private mutating func word(_ words: [String]) -> String {
        // Drawn in any case, so that captions of two ways of wording say the same things.
        let drawn = random.pick(words)
        return switch synonyms {
        case .any: drawn
        case .first: words.first ?? drawn
        case .last: words.last ?? drawn
        }
    }

    /// The objects, those that are alike together.
    private func groups() -> [[SceneObject]] {
        var groups: [[SceneObject]] = []
        for object in scene.objects {
            let index = groups.firstIndex { group in
                let first = group[0]
                return first.shape == object.shape && first.color == object.color && first.size == object.size
                    && first.texture == object.texture
            }
            if let index { groups[index].append(object) } else { groups.append([object]) }
        }
        return groups
    }

    /// "a large red star", "two stars that are red"; adds the claim.
    private mutating func phrase(_ group: [SceneObject]) -> String {
        let object = group[0]
        var claim = Claims.Phrase(count: group.count, color: object.color)
        var before: [String] = []
        if chance(0.35) {
            before.append(word(Words.of(object.size)))
            claim.size = object.size
        }
        if chance(object.texture == .plain ? 0.15 : 0.5) {
            before.append(word(Words.of(object.texture)))
            claim.texture = object.texture
        }
        let color = word(Words.of(object.color))
        let isAfter = chance(0.12)
        if !isAfter { before.append(color) }
        let isUnnamed = chance(0.04)
        let noun = word(isUnnamed ? Words.anything : Words.of(object.shape))
        if !isUnnamed { claim.shape = object.shape }
        let isPlural = group.count > 1
        before.append(isPlural ? Words.plural(noun) : noun)
        if isAfter {
            before.append(chance(0.5) ? (isPlural ? "that are " : "that is ") + color : "in " + color)
        }
        claims.phrases.append(claim)
        let rest = before.joined(separator: " ")
        switch group.count {
        case 1: return article(rest)
        case 2: return (chance(0.3) ? "a pair of " : "two ") + rest
        default: return "three " + rest
        }
    }

    private func article(_ words: String) -> String {
        (words.first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + words
    }

    private mutating func single(_ object: SceneObject) -> String {
        let named = phrase([object])
        guard chance(0.65) else { return named }
        claims.cell = (object.row, object.column)
        let place = Words.place(row: object.row, column: object.column)
        switch place.split(separator: " ").count {
        case 0: return named + (chance(0.5) ? " in the center" : " in the middle")
        case 1: return named + (chance(0.5) ? " at the " : " on the ") + place
        default:
            return named + (chance(0.5) ? " in the " : " at the ") + place + (chance(0.5) ? " corner" : "")
        }
    }

    /// A relation that is true of the two, in words between their phrases; adds the claim for phrases `a` and `b`.
    private mutating func relation(_ first: SceneObject, _ second: SceneObject, _ a: Int, _ b: Int) -> String
    {
        let fitting = Scene.Relation.allCases.filter { Scene.holds($0, first, second) }
        let relation = random.pick(fitting)
        claims.relations.append(Claims.Related(first: a, relation: relation, second: b))
        return random.pick(Words.of(relation))
    }

    private mutating func pair(_ first: SceneObject, _ second: SceneObject) -> String {
        let (a, b) = random.next() & 1 == 0 ? (first, second) : (second, first)
        let named = phrase([a])
        guard chance(0.85) else { return named + " " + random.pick(["and", "with"]) + " " + phrase([b]) }
        let between = relation(a, b, 0, 1)
        return named + " " + between + " " + phrase([b])
    }

    private mutating func three(_ objects: [SceneObject]) -> String {
        let order = objects.shuffled(using: &random)
        let first = phrase([order[0]])
        guard chance(0.7) else {
            let list = first + " , " + phrase([order[1]]) + " and " + phrase([order[2]])
            return ([list] + line(0.7)).joined(separator: " ")
        }
        let between = relation(order[0], order[1], 0, 1)
        let second = phrase([order[1]])
        let next = chance(0.5) ? relation(order[1], order[2], 1, 2) : "and"
        return [first, between, second, next, phrase([order[2]])].joined(separator: " ")
    }

    /// "in a row", if it is true, with that chance.
    private mutating func line(_ share: Double) -> [String] {
        guard scene.isRow || scene.isColumn, chance(share) else { return [] }
        (claims.isRow, claims.isColumn) = (scene.isRow, scene.isColumn)
        return [scene.isRow ? "in a row" : "in a column"]
    }

    private mutating func background() -> String {
        var words: [String] = []
        if chance(0.5) {
            words.append(word(scene.background.isNoisy ? Words.noisy : Words.clean))
            claims.isNoisy = scene.background.isNoisy
        }
        words.append(word(Words.of(scene.background.color)))
        claims.backgroundColor = scene.background.color
        return "on " + article(words.joined(separator: " ")) + " background"
    }
}
