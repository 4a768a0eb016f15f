import Brain
import Testing

@Suite struct RegionTests {
    @Test func aalHasItsRegionsAndEightGroups() throws {
        let regions = RegionTable.aal90.regions
        #expect(regions.map(\.id) == Array(1...90))
        #expect(Set(regions.map(\.name)).count == 90)
        #expect(
            Set(regions.map(\.group)) == [
                "central", "frontal", "temporal", "parietal", "occipital", "limbic", "insula", "subcortical",
            ])
        let names = Dictionary(uniqueKeysWithValues: regions.map { ($0.id, $0.name) })
        // Numbers as the atlas's own label file gives them.
        let known = [
            1: "Precentral_L", 29: "Insula_L", 37: "Hippocampus_L", 43: "Calcarine_L", 56: "Fusiform_R",
            65: "Angular_L", 79: "Heschl_L", 90: "Temporal_Inf_R",
        ]
        for (id, name) in known { #expect(names[id] == name) }
        let all = RegionTable.aal116.regions
        #expect(all.count == 116 && all[90].name == "Cerebelum_Crus1_L" && all[115].name == "Vermis_10")
    }

    @Test func labelsBecomeRegionsInTheOrderOfTheTable() throws {
        let regions = try Regions(labels: [79, 0, 1, 79, 500], table: .aal90, leavingOutOthers: true)
        #expect(regions.names == ["Precentral_L", "Heschl_L"])
        #expect(regions.voxels == [[2], [0, 3]])
        #expect(regions.unlabelledCount == 2)
        #expect(try regions.voxels(in: "Heschl_L") == [0, 3])
        #expect(throws: BrainError.unknownRegion("V1", known: ["Precentral_L", "Heschl_L"])) {
            try regions.voxels(in: "V1")
        }
    }

    @Test func aNumberThatATableHasTwiceIsOneRegion() throws {
        let table = RegionTable(
            name: "own",
            regions: [Region(id: 1, name: "V1"), Region(id: 1, name: "V2"), Region(id: 2, name: "V4")])
        let regions = try Regions(labels: [1, 2, 1], table: table)
        #expect(regions.names == ["V1", "V4"] && regions.voxels == [[0, 2], [1]])
    }

    @Test func groupsJoinTheirRegions() throws {
        let grouped = try Regions(labels: [1, 2, 79, 0, 81], table: .aal90).grouped()
        #expect(grouped.names == ["central", "temporal"])
        #expect(grouped.voxels == [[0, 1], [2, 4]])
    }

    @Test func scoresAreSummedUpByRegion() throws {
        let regions = Regions(names: ["V1", "V1", "V1", "V4", "V4", "", "IT"])
        let scores = try RegionScores([0.1, 0.2, 0.6, .nan, 0.5, 9, .nan], regions: regions)
        // By hand: mean 0.3; deviations -0.2, -0.1, 0.3 have the squares' sum 0.14, over 2 is 0.07.
        let first = try scores.row(of: "V1")
        #expect(
            abs(first.mean - 0.3) < 1e-12 && first.median == 0.2 && first.count == 3 && first.excluded == 0)
        #expect(abs(first.standardDeviation - 0.07.squareRoot()) < 1e-12)
        #expect(abs(first.standardError - (0.07 / 3).squareRoot()) < 1e-12)
        let second = try scores.row(of: "V4")
        #expect(second.mean == 0.5 && second.count == 1 && second.excluded == 1)
        #expect(second.standardDeviation.isNaN)
        #expect(try scores.row(of: "IT").mean.isNaN)
        #expect(scores.unlabelledCount == 1)
        #expect(scores.sorted(by: .score).rows.map(\.region.name) == ["V4", "V1", "IT"])
        #expect(scores.sorted(by: .score).sorted(by: .anatomy).rows.map(\.region.name) == ["V1", "V4", "IT"])
    }

    /// Of two regions of one name the second was left out.
    @Test func subjectsWithTwoRegionsOfANameAreRefused() throws {
        let table = RegionTable(
            name: "both", regions: [Region(id: 1, name: "V1", group: "left"), Region(id: 2, name: "V1")])
        let scores = try RegionScores([0.1, 0.9], regions: Regions(labels: [1, 2], table: table))
        let error = #expect(throws: BrainError.self) { try RegionScores(subjects: [scores, scores]) }
        #expect(error?.description.contains("with \"V1\" twice") == true)
    }

    @Test func scoresOfOtherVoxelsAreRefused() {
        #expect(throws: BrainError.count(what: "scores", got: 2, expected: 1, of: "voxels of the regions")) {
            try RegionScores([1, 2], regions: Regions(names: ["V1"]))
        }
    }

    @Test func theBestOfEachRegion() throws {
        let regions = Regions(names: ["V1", "V1", "IT"])
        let comparison = try RegionComparison(
            [("early", [0.4, 0.2, 0.1]), ("late", [0.1, 0.1, 0.35]), ("none", [.nan, .nan, .nan])],
            regions: regions)
        #expect(comparison.best.map(\.name) == ["early", "late"])
        #expect(abs(comparison.best[0].margin - 0.2) < 1e-12 && abs(comparison.best[1].margin - 0.25) < 1e-12)
    }

    @Test func comparisonsRefuseWhatTheyCannotTell() throws {
        let regions = Regions(names: ["V1", "V4"])
        func refuses(_ word: String, _ body: () throws -> Void) {
            do {
                try body()
                Issue.record("was accepted")
            } catch { #expect("\(error)".contains(word)) }
        }
        refuses("number of candidates") { _ = try RegionComparison([], regions: regions) }
        refuses("\"a\" twice") {
            _ = try RegionComparison([("a", [1, 2]), ("a", [1, 2])], regions: regions)
        }
        refuses("voxels of the regions") { _ = try RegionComparison([("a", [1])], regions: regions) }
        let comparison = try RegionComparison([("a", [1, 2]), ("b", [2, 1])], regions: regions)
        #expect(try comparison.mean(1, 0) == 2)
        refuses("place of the candidate is 2") { _ = try comparison.mean(2, 0) }
        refuses("place of the region is -1") { _ = try comparison.mean(0, -1) }
    }
}
