import Foundation
import Tensors

/// Builds the parts of a GIFTI file from its elements.
final class GIFTIParser: XMLHandler {
    /// The most text (1 MB) of a name, a value or a matrix.
    private static let longestText = 1 << 20
    /// The elements whose text is wanted.
    private static let textual: Set = [
        "Name", "Value", "Label", "DataSpace", "TransformedSpace", "MatrixData",
    ]

    private(set) var metadata: [String: String] = [:]
    private(set) var labels: [SurfaceLabel] = []
    private var arrays: [GIFTIArray] = []

    private let url: URL
    private let limit: Int
    /// What the root says of the number of arrays.
    private var announced: String?
    private var path: [String] = []
    private var text: [UInt8] = []
    private var name = ""
    private var labelAttributes: [String: String] = [:]
    private var header: GIFTIArrayHeader?
    private var data: GIFTIData?
    private var numbers: StoredNumbers?
    private var arrayMetadata: [String: String] = [:]
    private var systems: [GIFTIArray.CoordinateSystem] = []
    private var system: (dataSpace: String, transformedSpace: String, transform: Matrix<Double>?) = (
        "", "", nil
    )

    init(_ url: URL, limit: Int) {
        self.url = url
        self.limit = limit
    }

    func wholeArrays() throws -> [GIFTIArray] {
        if let announced, Int(announced) != arrays.count {
            throw FormatError(
                url, "NumberOfDataArrays", expected: "\(arrays.count), as many as there are",
                found: "\"\(announced.prefix(40))\"")
        }
        return arrays
    }

    func begin(_ element: String, _ attributes: [String: String]) throws {
        guard !path.isEmpty || element == "GIFTI" else {
            throw FormatError(url, "the XML's outermost element", expected: "GIFTI", found: element)
        }
        text.removeAll(keepingCapacity: true)
        switch element {
        case "GIFTI": announced = attributes["NumberOfDataArrays"]
        case "DataArray":
            guard header == nil else { throw FormatError(url, "array \(arrays.count) holds another array") }
            header = try GIFTIArrayHeader(attributes, url, "array \(arrays.count)")
            (numbers, arrayMetadata, systems) = (nil, [:], [])
        case "Data":
            guard let header, path.last == "DataArray", numbers == nil else {
                throw FormatError(url, "a Data element", expected: "one in a DataArray", found: "elsewhere")
            }
            data = try GIFTIData(header, limit: limit)
        case "CoordinateSystemTransformMatrix": system = ("", "", nil)
        case "Label": labelAttributes = attributes
        case "MD": name = ""
        default: break
        }
        path.append(element)
    }

    func characters(_ part: UnsafeBufferPointer<UInt8>) throws {
        guard let element = path.last else { return }
        if element == "Data", let data { return try data.append(part) }
        guard Self.textual.contains(element) else { return }
        guard text.count + part.count <= Self.longestText else {
            throw FormatError(url, "the text of \(element)", expected: "at most 1 MB", found: "longer")
        }
        text.append(contentsOf: part)
    }

    func end(_ element: String) throws {
        path.removeLast()
        switch element {
        case "Data":
            numbers = try data?.finish()
            data = nil
        case "DataArray": try endArray()
        case "Name": name = trimmedText
        case "Value":
            if header == nil { metadata[name] = trimmedText } else { arrayMetadata[name] = trimmedText }
        case "Label": labels.append(try label())
        case "DataSpace": system.dataSpace = trimmedText
        case "TransformedSpace": system.transformedSpace = trimmedText
        case "MatrixData": system.transform = try matrix()
        case "CoordinateSystemTransformMatrix":
            guard header != nil else { return }
            guard let transform = system.transform else {
                throw FormatError(
                    url, "MatrixData of array \(arrays.count)", expected: "16 numbers", found: "missing")
            }
            systems.append(
                .init(
                    dataSpace: system.dataSpace, transformedSpace: system.transformedSpace,
                    transform: transform))
        default: break
        }
    }

    private func endArray() throws {
        guard let header else { return }
        // An array in another file may do without the empty element.
        if numbers == nil, header.encoding == .external {
            numbers = try GIFTIData(header, limit: .max).finish()
        }
        guard let numbers else {
            throw FormatError(url, "the data of \(header.what)", expected: "there", found: "missing")
        }
        arrays.append(
            GIFTIArray(
                intent: header.intent, metadata: arrayMetadata, coordinateSystems: systems, numbers: numbers))
        self.header = nil
    }

    private var trimmedText: String {
        String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func matrix() throws -> Matrix<Double> {
        let words = trimmedText.split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { Double($0) }
        guard words.count == 16, numbers.count == 16 else {
            throw FormatError(
                url, "MatrixData of array \(arrays.count)", expected: "16 numbers",
                found: "\"\(trimmedText.prefix(80))\"")
        }
        return Matrix(rows: 4, columns: 4, elements: numbers)
    }

    private func label() throws -> SurfaceLabel {
        // "Index" is what files before GIFTI 1.0 said.
        let text = labelAttributes["Key"] ?? labelAttributes["Index"]
        guard let key = text.flatMap({ Int($0) }) else {
            throw FormatError(
                url, "the Key of label \(labels.count)", expected: "a whole number",
                found: text.map { "\"\($0.prefix(40))\"" } ?? "missing")
        }
        let channels = try ["Red", "Green", "Blue", "Alpha"].map { channel -> Float? in
            guard let text = labelAttributes[channel] else { return nil }
            guard let value = Float(text), value.isFinite else {
                throw FormatError(
                    url, "\(channel) of label \(key)", expected: "a number from 0 to 1",
                    found: "\"\(text.prefix(40))\"")
            }
            return value
        }
        var color: SIMD4<Float>?
        if let red = channels[0], let green = channels[1], let blue = channels[2] {
            color = SIMD4(red, green, blue, channels[3] ?? 1)
        }
        return SurfaceLabel(key: key, name: trimmedText, color: color)
    }
}
