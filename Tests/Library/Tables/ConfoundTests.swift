import Formats
import Foundation
import Tables
import Tensors
import Testing

/// The columns and samples that nilearn's `load_confounds` chooses (Tests/Oracles/cleaning.py).
@Suite struct ConfoundTests {
    private struct Expected: Decodable {
        let names: [String]
        let values: [[Double]]
        let kept: [Int]?
    }

    private let folder = fixtures.appending(path: "confounds")

    private func table() throws -> DataTable {
        try DataTable.open(folder.appending(path: "sub-01_task-story_desc-confounds_timeseries.tsv"))
    }

    @Test func setsAreNilearns() throws {
        let expected = try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
        let table = try table()
        let found: [String: Confounds] = [
            "motion": try table.confounds(.motion(.full)),
            "compcor": try table.confounds(.motion(.basic), .cosine, .aCompCor(5)),
            "tissue": try table.confounds(.tissue(.derivatives), .globalSignal(.squares)),
            "temporal": try table.confounds(.cosine, .tCompCor(3)),
            "scrub": try table.confounds(
                .motion(.basic),
                scrubbing: Scrubbing(framewiseDisplacement: 0.4, standardizedDVARS: 1.4, shortestSegment: 4)),
        ]
        for (name, right) in expected {
            let own = try #require(found[name])
            #expect(own.kept == right.kept, "\(name)")
            #expect(own.names.sorted() == right.names.sorted(), "\(name)")
            for (column, label) in right.names.enumerated() {
                let index = try #require(own.names.firstIndex(of: label))
                let values = (0..<own.matrix.rows).map { own.matrix[$0, index] }
                let numbers = right.values.map { $0[column] }
                #expect(zip(values, numbers).allSatisfy { abs($0 - $1) < 1e-9 }, "\(name) \(label)")
            }
        }
        #expect(expected.count == found.count)
        #expect(
            try table.confounds(.aCompCorSeparate(2)).names == [
                "c_comp_cor_00", "c_comp_cor_01", "w_comp_cor_00", "w_comp_cor_01",
            ])
    }

    @Test func whatIsNotThereIsNamed() throws {
        let table = try DataTable(["trans_x": [1.0, 2.0], "global_signal": [Double.nan, .nan]])
        #expect(
            (#expect(throws: TableError.self) { try table.confounds(.motion(.basic)) })?.description.contains(
                "trans_y") == true)
        #expect(
            (#expect(throws: TableError.self) { try table.confounds(.globalSignal(.basic)) })?.description
                .contains("row 0") == true)
        #expect(throws: TableError.self) { try table.confounds(.aCompCor(5)) }
        #expect(throws: TableError.self) { try self.table().confounds(.aCompCor(0)) }
        #expect(throws: TableError.self) {
            try self.table().confounds(.motion(.basic), scrubbing: Scrubbing(framewiseDisplacement: -1))
        }
    }

    /// What nilearn 0.13 chooses (`find_compcor`) where one number goes through the masks.
    @Test func theMasksOfOlderVersionsAreToldApart() throws {
        let names = (0..<9).map { "a_comp_cor_0\($0)" }
        let table = try DataTable(names.map { DataTable.Column($0, [0.5, 1, 2]) })
        let alone = try tableError { try table.confounds(.aCompCor(5)) }
        #expect(alone.description.contains("a_comp_cor_00") && alone.problem.contains("describedBy"))
        let masks = names.enumerated().map { index, name in
            let mask = ["combined", "CSF", "WM"][index / 3]
            return "\"\(name)\": {\"Mask\": \"\(mask)\"}"
        }
        try withFolder { folder in
            let json = folder.appending(path: "confounds.json")
            let text = "{" + (masks + ["\"dropped\": {\"Variance\": NaN}"]).joined(separator: ", ") + "}"
            try Data(text.utf8).write(to: json)
            #expect(try table.confounds([.aCompCor(5)], describedBy: json).names == Array(names[..<3]))
            let separate = try table.confounds([.aCompCorSeparate(2)], describedBy: json).names
            #expect(separate == [names[3], names[4], names[6], names[7]])
            try Data("{".utf8).write(to: json)
            #expect(throws: FormatError.self) { try table.confounds([.aCompCor(5)], describedBy: json) }
        }
        let described = folder.appending(path: "sub-01_task-story_desc-confounds_timeseries.json")
        let new = try self.table()
        let sets: [ConfoundSet] = [.aCompCor(5), .aCompCorSeparate(2)]
        #expect(try new.confounds(sets, describedBy: described) == new.confounds(sets))
    }

    @Test func thresholdsAreNumbers() throws {
        for (scrubbing, word) in [
            (Scrubbing(framewiseDisplacement: .nan), "framewiseDisplacement: nan"),
            (Scrubbing(standardizedDVARS: .nan), "standardizedDVARS: nan"),
            (Scrubbing(shortestSegment: -1), "shortestSegment: -1"),
        ] {
            let error = try tableError { try table().confounds(.motion(.basic), scrubbing: scrubbing) }
            #expect(error.problem.contains(word))
        }
    }
}
