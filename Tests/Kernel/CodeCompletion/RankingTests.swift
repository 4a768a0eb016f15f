import CodeCompletion
import Testing

@Suite("Ranking of suggestions")
struct RankingTests {
    private func ranked(_ suggestions: [(String, Suggestion.Distance)], prefix: String, limit: Int = 10)
        -> [String]
    {
        let all = suggestions.map { Suggestion(text: $0.0, kind: .instance, distance: $0.1) }
        return Ranking.ranked(all, prefix: prefix, limit: limit).map(\.text)
    }

    @Test("the case that was typed goes before nearness")
    func cases() {
        #expect(ranked([("Map", .local), ("map", .toolchain)], prefix: "ma") == ["map", "Map"])
    }

    @Test("labels, then this cell, earlier cells, libraries, the toolchain, keywords, C")
    func distances() {
        let all: [(String, Suggestion.Distance)] = [
            ("a1", .foreign), ("a2", .keyword), ("a3", .toolchain), ("a4", .library), ("a5", .cell),
            ("a6", .local), ("a7: ", .expected),
        ]
        #expect(ranked(all, prefix: "a") == ["a7: ", "a6", "a5", "a4", "a3", "a2", "a1"])
    }

    @Test("alphabetical whatever the case, and cut at the limit")
    func alphabetical() {
        let all: [(String, Suggestion.Distance)] = [("b", .local), ("C", .local), ("a", .local)]
        #expect(ranked(all, prefix: "") == ["a", "b", "C"])
        #expect(ranked(all, prefix: "", limit: 2) == ["a", "b"])
    }

    @Test("optional chains and back-ticks begin with their names")
    func marks() {
        #expect(ranked([("?.count", .local), ("Count", .local)], prefix: "co") == ["?.count", "Count"])
        #expect(
            ranked([("`default`", .cell), ("Default", .local)], prefix: "de") == ["`default`", "Default"])
    }
}
