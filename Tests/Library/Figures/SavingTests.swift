import Figures
import Formats
import Foundation
import Testing

@Suite struct SavingTests {
    @Test func theSuffixGivesTheFormat() throws {
        try withFolder { folder in
            let beginnings = [
                "png": [0x89, 0x50], "pdf": Array("%PDF".utf8), "svg": Array("<?xml".utf8), "vl.json": [0x7B],
                "PNG": [0x89, 0x50],
            ]
            for (name, figure) in try everyFigure() {
                for (suffix, beginning) in beginnings {
                    let file = folder.appendingPathComponent("figure." + suffix)
                    try figure.save(file.path)
                    #expect(
                        try Data(contentsOf: file).prefix(beginning.count) == Data(beginning),
                        "\(name), \(suffix)")
                }
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.count == beginnings.count, "no temporary files: \(left)")
        }
    }

    @Test(arguments: ["figure.gif", "figure.tiff", "figure", "pdf", "figure.pdf.gz", "figure.json", ""])
    func otherSuffixesAreRefused(_ path: String) {
        let chart = BarChart([.init("V1", 0.3)])
        #expect(throws: FigureError.format(path: path)) { try chart.save(path) }
        #expect("\(FigureError.format(path: path))".contains(".pdf, .svg, .png"))
    }

    @Test func urlsAndHomeFoldersArePlaces() throws {
        let chart = BarChart([.init("V1", 0.3)])
        try withFolder { folder in
            try chart.save(folder.appendingPathComponent("a.svg"))
            #expect(FileManager.default.fileExists(atPath: folder.path + "/a.svg"))
        }
        #expect(throws: FigureError.self) {
            try chart.save(#require(URL(string: "https://example.org/a.svg")))
        }
        let name = ".gyrus-\(UUID().uuidString).svg"
        let home = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(name)
        defer { try? FileManager.default.removeItem(at: home) }
        try chart.save("~/" + name)
        #expect(FileManager.default.fileExists(atPath: home.path))
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        let chart = BarChart([.init("V1", 0.3)])
        try withFolder { folder in
            let missing = folder.path + "/missing/a.pdf"
            #expect { try chart.save(missing) } throws: {
                "\($0)".contains("\(folder.path)/missing does not exist")
            }
            let taken = folder.appendingPathComponent("folder.pdf")
            try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: false)
            #expect(throws: FormatError.self) { try chart.save(taken) }
        }
    }

    /// 8.5 cm are 3.3465 inches: 1004 pixels at 300 dpi, 240.94 points.
    @Test func theWidthIsThatOfThePaper() throws {
        for (name, figure) in try everyFigure() {
            let png = try figure.data(.png, width: 8.5, dpi: 300, font: nil)
            #expect(try pngSize(png).width == 1004, "\(name)")
            // 300 dpi are 11,811 pixels a meter.
            let density = try #require(png.range(of: Data("pHYs".utf8)))
            #expect(
                Array(png[density.upperBound..<density.upperBound + 9]) == [
                    0, 0, 0x2E, 0x23, 0, 0, 0x2E, 0x23, 1,
                ])
            #expect(png.range(of: Data(figure.altText.utf8)) != nil)
            #expect(try pngSize(figure.data(.png, width: 17, dpi: 600, font: nil)).width == 4016, "\(name)")
            let pdf = String(
                decoding: try figure.data(.pdf, width: 8.5, dpi: 300, font: nil), as: Unicode.ASCII.self)
            #expect(pdf.contains("/MediaBox [ 0 0 240.944"), "\(name)")
            #expect(try svg(figure, width: 8.5).contains("width=\"8.5cm\""), "\(name)")
        }
    }

    @Test func labelsHaveTheSizeThatJournalsAskFor() throws {
        for (name, figure) in try everyFigure() {
            for width in [8.5, 12, 17] {
                let text = try svg(figure, width: width)
                let view = try #require(text.firstMatch(of: #/viewBox="0 0 ([0-9.]+)/#)?.1)
                let units = try #require(Double(view))
                let points = 11 / units * (width / 2.54 * 72)
                #expect(points >= 5.5 && points <= 8.01, "\(name) at \(width) cm: \(points) points")
            }
        }
    }

    /// The smallest width is found in steps of half a centimeter.
    @Test func aFigureThatCannotBeReadIsRefused() throws {
        let wide = Heatmap(rowNames: ["a"], columnNames: (0..<60).map { "region \($0)" }) { Double($1 - $0) }
        do {
            _ = try wide.data(.pdf, width: 8.5, dpi: 300, font: nil)
            Issue.record("was drawn")
        } catch FigureError.width(let width, let least) {
            #expect(width == 8.5)
            let enough = try #require(least)
            _ = try wide.data(.pdf, width: enough, dpi: 300, font: nil)
            #expect(throws: FigureError.self) {
                try wide.data(.pdf, width: enough - 0.5, dpi: 300, font: nil)
            }
        }
    }

    @Test func argumentsWithoutMeaningAreRefused() throws {
        let chart = BarChart([.init("V1", 0.3)])
        func refuses(_ words: String, _ format: FigureFormat, width: Double?, dpi: Double, font: String?) {
            #expect {
                try chart.data(format, width: width, dpi: dpi, font: font)
            } throws: { "\($0)".contains(words) }
        }
        for width in [0, -1, 3.35, 85, .nan, .infinity] as [Double] {
            refuses("in centimeters", .pdf, width: width, dpi: 300, font: nil)
        }
        for dpi in [0, -300, 1e9, .nan] as [Double] {
            refuses("36 to 2400", .png, width: 8.5, dpi: dpi, font: nil)
        }
        refuses("\"Helvetica Neue\" is not installed", .pdf, width: nil, dpi: 300, font: "Helvetica Neue")
        refuses("the font is an empty name", .svg, width: nil, dpi: 300, font: " ")
        refuses("32,767 pixels", .png, width: 60, dpi: 2400, font: nil)
        refuses("width of a .vl.json", .vegaLite, width: 8.5, dpi: 300, font: nil)
        #expect(throws: FigureError.self) { try chart.png(scale: -1) }
    }

    @Test func fontsAreEmbeddedAndNamed() throws {
        let chart = BarChart([.init("V1", 0.3)], title: "Title")
        let pdf = String(
            decoding: try chart.data(.pdf, width: 8.5, dpi: 300, font: "DejaVu Serif"), as: Unicode.ASCII.self
        )
        #expect(pdf.contains("DejaVuSerif") && pdf.contains("/FontFile"))
        #expect(!pdf.contains("LiberationSans"))
        #expect(try svg(chart).contains("font-family=\"Arial, Liberation Sans, Helvetica, sans-serif\""))
        let other = try chart.data(.svg, width: nil, dpi: 300, font: "DejaVu Serif")
        #expect(String(decoding: other, as: UTF8.self).contains("font-family=\"DejaVu Serif, Arial"))
    }

    @Test func textOfSVGIsText() throws {
        let chart = BarChart(
            [.init("V1 <left> & \"right\"", 0.3), .init("大脳", 0.2)], title: "Gyrus\u{1} it's",
            valueTitle: "R²")
        let text = try svg(chart)
        for part in ["V1 &lt;left&gt; &amp; &quot;right&quot;", "大脳", "R²", "Gyrus\u{FFFD} it's"] {
            #expect(text.contains(">\(part)</text>"), "\(part)")
        }
        let parser = XMLChecker()
        #expect(parser.parse(text), "\(parser.problem)")
        #expect(text.contains("<title>Gyrus\u{FFFD} it's</title>") && text.contains("<desc>Bar chart"))
    }

    @Test func theSameFigureGivesTheSameFile() throws {
        for (name, figure) in try everyFigure() {
            for format in FigureFormat.allCases {
                let width = format == .vegaLite ? nil : 8.5
                let first = try figure.data(format, width: width, dpi: 150, font: nil)
                #expect(
                    try figure.data(format, width: width, dpi: 150, font: nil) == first, "\(name), \(format)")
                #expect(first.range(of: Data("CreationDate".utf8)) == nil)
            }
        }
    }
}

/// A check that tags close in order and text holds no bare sign; Foundation's XML parser is a library of its own.
private final class XMLChecker {
    var problem = ""

    func parse(_ text: String) -> Bool {
        var open: [Substring] = []
        for match in text.matches(of: #/<(/?)([a-z]+)((?:\s+[A-Za-z:\-]+="[^"<]*")*)\s*(/?)>/#) {
            if !match.1.isEmpty {
                guard open.popLast() == match.2 else {
                    problem = "</\(match.2)>"
                    return false
                }
            } else if match.4.isEmpty {
                open.append(match.2)
            }
        }
        let rest = text.replacing(#/</?[a-z]+(?:\s+[A-Za-z:\-]+="[^"<]*")*\s*/?>/#, with: "")
            .replacing(#/<\?xml[^>]*\?>/#, with: "")
        if rest.contains("<") || rest.firstMatch(of: #/&(?!amp;|lt;|gt;|quot;)/#) != nil {
            problem = "a bare sign"
        }
        return open.isEmpty && problem.isEmpty
    }
}
