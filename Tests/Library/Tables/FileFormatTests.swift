import Formats
import Foundation
import Tables
import Tensors
import Testing

/// Tables in other files than text: pandas' HDF5, records, Praat, gentle, and Python's lists in cells.
@Suite struct FileFormatTests {
    private func pandas(_ name: String) -> URL { fixtures.appending(path: "pandas/\(name)") }

    @Test(arguments: ["fixed.h5", "table.h5", "columns.h5"]) func framesOfPandasAreRead(_ name: String) throws
    {
        let table = try DataTable.openPandas(pandas(name))
        #expect(
            table.columnNames == ["trial", "voxel_id", "1", "2", "ok", "roi", "date"] || name == "columns.h5")
        #expect(Set(table.columnNames).isSuperset(of: ["trial", "voxel_id", "1", "2", "ok", "roi", "date"]))
        #expect(try table["trial", as: Int.self] == [10, 20, 30, 40])
        #expect(try table["voxel_id", as: Int.self] == [0, 1, 2, 3])
        let ones = try table["1", as: Double.self]
        #expect(ones[0] == 0.5 && ones[1] == -1 && ones[2].isNaN && ones[3] == 2)
        #expect(try table["2", as: Double.self] == [1, 2, 3, 4])
        #expect(try table["roi", as: String?.self] == ["V1", "V4", nil, "Käse"])
        let dates = try table["date", as: Date?.self]
        #expect(dates[1]?.timeIntervalSince1970 == 1_767_441_600 && dates[2] == nil)
        #expect(
            try table["ok"].values.map(\.description) == ["true", "false", "true", "true"]
                || name != "fixed.h5")
        let part = try DataTable.openPandas(pandas(name), columns: ["2", "1"])
        #expect(part.columnNames == ["trial", "2", "1"])
        #expect(throws: TableError.self) { try DataTable.openPandas(pandas(name), columns: ["3"]) }
    }

    @Test func aSeriesWithoutNameIsCalledValues() throws {
        let unnamed = try DataTable.openPandas(pandas("series.h5"), key: "unnamed")
        #expect(unnamed.columnNames == ["values"])
        #expect(try unnamed["values", as: Double.self] == [1.5, 2.5])
        let named = try DataTable.openPandas(pandas("series.h5"), key: "named")
        #expect(named.columnNames == ["N.trials"])
    }

    @Test func anIndexWithTheNameOfAColumnIsNotLost() throws {
        let unnamed = try DataTable.openPandas(pandas("indices.h5"), key: "unnamed")
        #expect(unnamed.columnNames == ["level_0", "index"])
        #expect(try unnamed["level_0", as: Int.self] == [5, 6] && unnamed["index", as: Int.self] == [7, 8])
        let error = try tableError { try DataTable.openPandas(pandas("indices.h5"), key: "other") }
        #expect(error.column == "x" && error.problem.contains("name of the index"))
        #expect(try DataTable.openPandas(pandas("indices.h5"), key: "same").columnNames == ["x"])
    }

    @Test func severalColumnsOfObjectsKeepTheirRows() throws {
        let table = try DataTable.openPandas(pandas("objects.h5"))
        #expect(table.columnNames == ["roi", "side"])
        #expect(try table["roi", as: String.self] == ["V1", "V4", "FFA"])
        #expect(try table["side", as: String?.self] == ["left", nil, "right"])
    }

    /// An index of Python's `datetime.date`, of which pandas stores the ordinals.
    @Test func daysOfAnIndexAreDates() throws {
        try withFolder { folder in
            let url = folder.appending(path: "days.h5")
            try HDF5File.create(url) { file in
                try file.write([737_425, 737_426], to: "s/index")
                try file.setAttribute("kind", to: .strings(["date"]), of: "s/index")
                try file.write(Tensor<Double>(shape: [2], elements: [1.5, 2.5]), to: "s/values")
                try file.setAttribute("pandas_type", to: .strings(["series"]), of: "s")
            }
            let table = try DataTable.openPandas(url)
            #expect(table.columnNames == ["index", "values"])
            let days = try table["index", as: Date.self].map(\.timeIntervalSince1970)
            #expect(days == [1_577_836_800, 1_577_923_200])
        }
    }

    /// A moment is the same as from a text: by way of seconds since 1970 half of them were 100 ns off, and joined none.
    @Test func momentsOfPandasAreThoseOfTheirTexts() throws {
        let texts = [
            "2023-01-06T04:50:15.311494Z", "1969-12-31T23:59:59.999999Z", "2020-06-16T23:30:06.950864Z",
        ]
        let ticks = [1_672_980_615_311_494, -1, 1_592_350_206_950_864]
        let said = try DataTable.Column("index", texts).converted(to: .date)
        try withFolder { folder in
            for (unit, factor) in [("us", 1), ("ns", 1000)] {
                let url = folder.appending(path: "\(unit).h5")
                try HDF5File.create(url) { file in
                    try file.write(ticks.map { $0 * factor } + [Int.min, Int.min + 1], to: "s/index")
                    try file.setAttribute("kind", to: .strings(["datetime64[\(unit)]"]), of: "s/index")
                    try file.write(Tensor<Double>(shape: [5], elements: [0, 1, 2, 3, 4]), to: "s/values")
                    try file.setAttribute("pandas_type", to: .strings(["series"]), of: "s")
                }
                let index = try DataTable.openPandas(url)["index"]
                #expect(try index.values(as: Date?.self).prefix(3) == said.values(as: Date?.self).prefix(3))
                #expect(index.values.prefix(3).map(\.description) == texts)
                #expect(index.isMissing == [false, false, false, true, false])
            }
        }
    }

    @Test func namesAndWordsOfPandasTablesAreKept() throws {
        let table = try DataTable.openPandas(pandas("names.h5"))
        #expect(table.columnNames == ["day", "Käse", "脑", "word", "whole"])
        #expect(try table["Käse", as: Double.self] == [1.5, 2.5, 3.5])
        #expect(try table["word", as: String?.self] == ["x", nil, "nan"])
        #expect(try table["whole", as: String?.self] == ["nan", "", "y"])
        #expect(try table["day"].values.map(\.description) == ["2026-01-01", "2026-01-02", "2026-01-03"])
    }

    /// The fields of records were gathered one by one, each time with a copy of all before it: hours for a million rows.
    @Test(.timeLimit(.minutes(1))) func manyRowsOfPandasAreReadInSeconds() throws {
        let table = try DataTable.openPandas(pandas("long.h5"))
        let rows = 0..<200_000
        #expect(table.columnNames == ["x", "y", "name"])
        #expect(try table["x", as: Double.self] == rows.map { Double($0 % 5) * 0.5 })
        #expect(try table["y", as: Double.self] == rows.map { Double($0 % 3) + 0.25 })
        #expect(try table["name", as: String.self] == rows.map { "s\($0 % 7)" })
    }

    @Test func keysAndWhatPandasAloneReadsAreNamed() throws {
        func words(_ key: String?) -> String {
            (#expect(throws: (any Error).self) { try DataTable.openPandas(pandas("two.h5"), key: key) }).map {
                "\($0)"
            }
                ?? ""
        }
        #expect(words(nil).contains("/x, /y"))
        #expect(words("nowhere").contains("/empty"))
        #expect(words("c").contains("categories"))
        #expect(words("m").contains("several levels"))
        #expect(try DataTable.openPandas(pandas("two.h5"), key: "x")["x", as: Double.self] == [1, 2])
        #expect(try DataTable.openPandas(pandas("two.h5"), key: "/y")["s", as: Int.self] == [3, 4])
        #expect(try DataTable.openPandas(pandas("two.h5"), key: "empty").rowCount == 0)
    }

    @Test func recordsBecomeColumns() throws {
        let folder = fixtures.appending(path: "../../Formats/Fixtures/structures").standardizedFileURL
        let trials = try DataTable(
            HDF5File.open(folder.appending(path: "structures.h5")).dataset("trials").records())
        #expect(
            trials.columnNames == [
                "onset", "condition", "name", "code", "position_0", "position_1", "position_2", "place.x",
                "place.y",
                "correct",
            ])
        #expect(
            try trials["place.y", as: Int.self] == [0, -1, -2]
                && trials["position_2", as: Double.self] == [2, 3, 4])
        #expect(try trials["correct", as: Bool.self] == [true, false, true])
        let records = try DataTable(NumPyArray.open(folder.appending(path: "records.npy")).records())
        #expect(records.columnNames == ["id", "r", "name", "pair_0", "pair_1"])
        let file = try HDF5File.open(folder.appending(path: "text-arrays.h5"))
        let texts = try DataTable(file.dataset("trials").records())
        let names = ["onset", "words_0", "words_1", "words_2", "grid_0", "grid_1", "grid_2", "grid_3"]
        #expect(texts.columnNames == names)
        #expect(try texts["words_1", as: String.self] == ["cat", "on"])
        #expect(try DataTable(file.dataset("none").records()).columnNames == names)
    }

    @Test(arguments: ["record-arrays.h5", "record-arrays.npy"])
    func arraysOfRecordsStayWithTheirRecord(_ name: String) throws {
        let url = fixtures.appending(path: "../../Formats/Fixtures/structures/\(name)").standardizedFileURL
        let all =
            try name.hasSuffix(".h5")
            ? HDF5File.open(url).dataset("runs").records() : NumPyArray.open(url).records()
        let trials = try all["trials"].records()
        #expect(all.count == 2 && trials.count == 2)
        let numbers = try trials["x"].tensor(as: Float.self)
        #expect(numbers.shape == [2, 2] && numbers.elements == [1, 2, 3, 4])
        #expect(try trials["side"].textLists() == [["a", "b"], ["c", "d"]])
        let table = try DataTable(all)
        #expect(table.columnNames == ["trials.x_0", "trials.x_1", "trials.side_0", "trials.side_1"])
        #expect(table.rowCount == 2 && table.columns.allSatisfy { $0.count == 2 })
        #expect(try table["trials.x_1", as: Double.self] == [2, 4])
        #expect(try table["trials.side_0", as: String.self] == ["a", "c"])
    }

    private let long = """
        File type = "ooTextFile"
        Object class = "TextGrid"

        xmin = 0
        xmax = 2.5
        tiers? <exists>
        size = 2
        item []:
            item [1]:
                class = "IntervalTier"
                name = "word"
                xmin = 0
                xmax = 2.5
                intervals: size = 2
                intervals [1]:
                    xmin = 0
                    xmax = 1.25
                    text = "say ""Käse"" ! 5"
                intervals [2]:
                    xmin = 1.25
                    xmax = 2.5
                    text = ""
            item [2]:
                class = "TextTier"
                name = "tone"
                xmin = 0
                xmax = 2.5
                points: size = 1
                points [1]:
                    number = 0.5
                    mark = "H*"
        """

    private let short = """
        File type = "ooTextFile"
        "TextGrid"

        0
        2.5
        <exists>
        2
        "IntervalTier"
        "word"
        0
        2.5
        2
        0 1.25 "say ""Käse"" ! 5"
        1.25 2.5 ""
        "TextTier"
        "tone" 0 2.5
        1
        0.5
        "H*"
        """

    @Test(
        "the time to read a TextGrid grows with its length, not with the square of it",
        .timeLimit(.minutes(1)))
    func aLongTextGrid() throws {
        let count = 60_000
        let marks = (0..<count).map { "\($0) \($0 + 1) \"word\"\n" }.joined()
        let text =
            "\"ooTextFile\"\n\"TextGrid\"\n0 \(count) <exists> 1\n\"IntervalTier\" \"word\" 0 \(count) "
        try withFolder { folder in
            let file = folder.appending(path: "long.TextGrid")
            try Data((text + "\(count)\n" + marks).utf8).write(to: file)
            #expect(try DataTable.openTextGrid(file).rowCount == count)
        }
    }

    @Test func textGridsOfPraatAreRead() throws {
        try withFolder { folder in
            let file = folder.appending(path: "x.TextGrid")
            let wide = try #require(long.data(using: .utf16BigEndian))
            for data in [
                Data(long.utf8), Data(short.utf8), Data([0xfe, 0xff]) + wide,
                Data(long.replacingOccurrences(of: "\n", with: "\r\n").utf8),
                try #require(long.data(using: .isoLatin1)),
            ] {
                try data.write(to: file)
                let table = try DataTable.openTextGrid(file)
                #expect(table.columnNames == ["tier", "start", "end", "text"] && table.rowCount == 3)
                #expect(try table["text", as: String.self] == ["say \"Käse\" ! 5", "", "H*"])
                #expect(try table["start", as: Double.self] == [0, 1.25, 0.5])
                #expect(try table["end", as: Double.self] == [1.25, 2.5, 0.5])
                #expect(try DataTable.openTextGrid(file, tier: "tone").rowCount == 1)
                #expect(throws: FormatError.self) { try DataTable.openTextGrid(file, tier: "phone") }
            }
            for broken in [
                String(long.prefix(400)), "ooTextFile",
                short.replacingOccurrences(of: "\n2\n0 1.25", with: "\n99999999\n0 1.25"),
                short.replacingOccurrences(of: "IntervalTier", with: "Pitch"),
                "File type = \"ooBinaryFile\" TextGrid",
            ] {
                try Data(broken.utf8).write(to: file)
                let error = #expect(throws: FormatError.self) { try DataTable.openTextGrid(file) }
                #expect((error?.problem.count ?? 0) > 20)
            }
        }
    }

    @Test func wordsOfGentleAreRead() throws {
        let text = """
            {"transcript": "So it", "words": [
              {"alignedWord": "so", "case": "success", "end": 1.5, "endOffset": 2, "start": 1,
               "phones": [{"duration": 0.1, "phone": "s_B"}], "startOffset": 0, "word": "So"},
              {"case": "not-found-in-audio", "endOffset": 5, "startOffset": 3, "word": "it"}]}
            """
        try withFolder { folder in
            let file = folder.appending(path: "align.json")
            try Data(text.utf8).write(to: file)
            let table = try DataTable.openAlignment(file)
            #expect(
                table.columnNames == [
                    "word", "alignedWord", "case", "start", "end", "startOffset", "endOffset",
                ])
            #expect(try table["word", as: String.self] == ["So", "it"])
            let start = try table["start", as: Double.self]
            #expect(start[0] == 1 && start[1].isNaN)
            try Data(text.prefix(60).utf8).write(to: file)
            #expect(throws: FormatError.self) { try DataTable.openAlignment(file) }
            try Data("{\"words\": 3}".utf8).write(to: file)
            #expect(throws: FormatError.self) { try DataTable.openAlignment(file) }
        }
    }

    @Test func listsOfPythonInCellsAreRead() throws {
        let transcript = try DataTable.parse(
            "text\twords\tonsets\na\t\"['it\"\"s', 'Käse', \"\"don't\"\"]\"\t[0.5, 1, 1.25e0]\nb\t[]\t[]\nc\t['x']\t[nan]\nd\tn/a\tn/a\n",
            separator: "\t")
        #expect(
            try transcript.lists(in: "words", as: String.self) == [
                ["it\"s", "Käse", "don't"], [], ["x"], [],
            ])
        #expect(try transcript.lists(in: "onsets", as: Double.self)[0] == [0.5, 1, 1.25])
        let words = try transcript.explodingLists("words", "onsets")
        #expect(words.rowCount == 6)
        #expect(try words["text", as: String.self] == ["a", "a", "a", "b", "c", "d"])
        #expect(try words["words", as: String?.self] == ["it\"s", "Käse", "don't", nil, "x", nil])
        for (cell, part) in [
            ("[1, 2", "comma"), ("[1, ", "ends"), ("[a]", "no value"), ("5", "list"), ("[1 2]", "comma"),
            ("__import__('os')", "value"),
        ] {
            let table = try DataTable(["words": [cell]])
            let error = #expect(throws: TableError.self) { try table.lists(in: "words", as: String.self) }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
        let uneven = try DataTable(["a": ["[1, 2]"], "b": ["[1]"]])
        #expect(
            (#expect(throws: TableError.self) { try uneven.explodingLists("a", "b") })?.description.contains(
                "row 0") == true)
        let twice = #expect(throws: TableError.self) { try uneven.explodingLists("a", "a") }
        #expect(twice?.description.contains("column \"a\" is named twice") == true)
        #expect(throws: TableError.self) {
            try DataTable(["a": [String(repeating: "[", count: 5000)]]).lists(in: "a", as: Int.self)
        }
    }
}
