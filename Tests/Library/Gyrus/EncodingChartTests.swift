import Gyrus
import Testing

@Suite struct EncodingChartTests {
    @Test func everyBandHasItsName() throws {
        let split = try SplitScores(r2: [[0.1, 0.2], [0.3, 0.1]], r: [[0.2, 0.3], [0.4, 0.2]])
        let regions = Regions(names: ["V1", "V4"])
        #expect(try split.chart(by: regions, bands: ["motion", "meaning"]).series == ["motion", "meaning"])
        for bands in [["motion"], ["motion", "meaning", "more"]] {
            #expect(throws: BrainError.self) { try split.chart(by: regions, bands: bands) }
        }
    }
}
