internal import CZlib
import Foundation
import Tensors

extension SurfaceMaps {
    /// Writes the maps as a GIFTI file (`.func.gii`, `.shape.gii`), one array per map, gzipped if the name ends in
    /// `.gz`.
    ///
    /// ```swift
    /// let maps = try SurfaceMaps.open("lh.curv")
    /// try maps.write(to: "sub-01_hemi-L_curv.shape.gii", hemisphere: .left)
    /// ```
    ///
    /// With a repetition time (s) the maps are the time points of a series. nibabel, nilearn, Connectome Workbench and
    /// FreeSurfer read it. Throws `FormatError` if the name is that of another format, the time is not above 0, or the
    /// file cannot be written.
    ///
    /// - Parameters:
    ///   - file: where to; a name that ends in `.gz` is gzipped.
    ///   - hemisphere: which hemisphere the file is of; nil if it does not say.
    ///   - repetitionTime: seconds from one map to the next, if the maps are a series.
    public func write(
        to file: some FileLocation, hemisphere: Hemisphere? = nil, repetitionTime: Double? = nil
    ) throws {
        if let time = repetitionTime, !(time > 0 && time.isFinite) {
            throw FormatError(
                file.fileURL, "the repetition time", expected: "a number of seconds above 0", found: "\(time)"
            )
        }
        var metadata = hemisphere.map { ["AnatomicalStructurePrimary": $0.structure] } ?? [:]
        if let repetitionTime { metadata["TimeStep"] = "\(repetitionTime)" }
        let intent = repetitionTime == nil ? "NONE" : "TIME_SERIES"
        try GIFTIWriter.write(to: file.fileURL, metadata: metadata, arrayCount: values.rows) { row in
            let name = names[row]
            return values.row(row).withUnsafeBytes {
                GIFTIWriter.array(
                    $0, "FLOAT32", shape: [values.columns], intent: intent,
                    metadata: name.isEmpty ? [:] : ["Name": name])
            }
        }
    }
}

extension SurfaceLabels {
    /// Writes the labels as a GIFTI file (`.label.gii`) with their names and colors.
    ///
    /// Throws `FormatError` if a key does not fit 32 bits or two labels have it, a color is not finite, the name is
    /// that of another format, or the file cannot be written.
    public func write(to file: some FileLocation, hemisphere: Hemisphere? = nil) throws {
        let url = file.fileURL
        var names: [Int: String] = [:]
        for label in labels {
            if let other = names.updateValue(label.name, forKey: label.key) {
                throw FormatError(
                    url, "the key \(label.key)", expected: "that of one label",
                    found: "that of \"\(other)\" and \"\(label.name)\"")
            }
            if let color = label.color, !(0..<4).allSatisfy({ color[$0].isFinite }) {
                throw FormatError(
                    url, "the color of the label \"\(label.name)\"", expected: "of finite numbers",
                    found: "(\(color.x), \(color.y), \(color.z), \(color.w))")
            }
        }
        let numbers = try keys.map { key in
            guard let number = Int32(exactly: key) else {
                throw FormatError(url, "a label's key", expected: "of 32 bits", found: "\(key)")
            }
            return number
        }
        let metadata = hemisphere.map { ["AnatomicalStructurePrimary": $0.structure] } ?? [:]
        try GIFTIWriter.write(to: url, metadata: metadata, labels: labels, arrayCount: 1) { _ in
            numbers.withUnsafeBytes {
                GIFTIWriter.array($0, "INT32", shape: [numbers.count], intent: "LABEL", metadata: [:])
            }
        }
    }
}

extension SurfaceMesh {
    /// Writes the mesh as a GIFTI surface (`.surf.gii`).
    ///
    /// Throws `FormatError` if the name is that of another format, or the file cannot be written.
    public func write(to file: some FileLocation, hemisphere: Hemisphere? = nil) throws {
        let positions = vertices.flatMap { [$0.x, $0.y, $0.z] }
        let corners = faces.flatMap { [$0.x, $0.y, $0.z] }
        let metadata = hemisphere.map { ["AnatomicalStructurePrimary": $0.structure] } ?? [:]
        try GIFTIWriter.write(to: file.fileURL, metadata: [:], arrayCount: 2) { array in
            array == 0
                ? positions.withUnsafeBytes {
                    GIFTIWriter.array(
                        $0, "FLOAT32", shape: [vertices.count, 3], intent: "POINTSET", metadata: metadata,
                        isPlaced: true)
                }
                : corners.withUnsafeBytes {
                    // Faces name fewer than 2^31 vertices: those would take 24 GB.
                    GIFTIWriter.array(
                        $0, "INT32", shape: [faces.count, 3], intent: "TRIANGLE", metadata: metadata)
                }
        }
    }
}

/// Puts GIFTI files together: deflated base64, little-endian, row-major.
private enum GIFTIWriter {
    static func write(
        to url: URL, metadata: [String: String], labels: [SurfaceLabel] = [], arrayCount: Int,
        array: (Int) -> String
    ) throws {
        let name = url.lastPathComponent.lowercased()
        guard name.hasSuffix(".gii") || name.hasSuffix(".gii.gz") else {
            throw FormatError(
                url, "the name of a GIFTI file", expected: "with .gii or .gii.gz at its end",
                found: "\"\(url.lastPathComponent)\"")
        }
        try writeAtomically(to: url) { temporary in
            let file = try PartsFile(temporary, named: url)
            func put(_ text: String) throws {
                var text = text
                try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
            }
            try put(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <GIFTI Version="1.0" NumberOfDataArrays="\(arrayCount)">
                \(self.metadata(metadata))
                \(table(labels))

                """)
            for index in 0..<arrayCount {
                try Task.checkCancellation()
                try put(array(index))
            }
            try put("</GIFTI>\n")
            try file.close()
        }
    }

    static func array(
        _ numbers: UnsafeRawBufferPointer, _ type: String, shape: [Int], intent: String,
        metadata: [String: String], isPlaced: Bool = false
    ) -> String {
        let extents = shape.enumerated().map { "Dim\($0)=\"\($1)\"" }.joined(separator: " ")
        let system =
            isPlaced
            ? """

            <CoordinateSystemTransformMatrix>
            <DataSpace>NIFTI_XFORM_UNKNOWN</DataSpace>
            <TransformedSpace>NIFTI_XFORM_UNKNOWN</TransformedSpace>
            <MatrixData>1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1</MatrixData>
            </CoordinateSystemTransformMatrix>
            """ : ""
        return """
            <DataArray Intent="NIFTI_INTENT_\(intent)" DataType="NIFTI_TYPE_\(type)" \
            ArrayIndexingOrder="RowMajorOrder" Dimensionality="\(shape.count)" \(extents) \
            Encoding="GZipBase64Binary" Endian="LittleEndian" ExternalFileName="" ExternalFileOffset="">
            \(self.metadata(metadata))\(system)
            <Data>\(deflated(numbers).base64EncodedString())</Data>
            </DataArray>

            """
    }

    private static func metadata(_ entries: [String: String]) -> String {
        let lines = entries.sorted { $0.key < $1.key }.map {
            "<MD><Name>\(escaped($0.key))</Name><Value>\(escaped($0.value))</Value></MD>\n"
        }
        return "<MetaData>\n\(lines.joined())</MetaData>"
    }

    private static func table(_ labels: [SurfaceLabel]) -> String {
        let lines = labels.map { label in
            let color =
                label.color.map { " Red=\"\($0.x)\" Green=\"\($0.y)\" Blue=\"\($0.z)\" Alpha=\"\($0.w)\"" }
                ?? ""
            return "<Label Key=\"\(label.key)\"\(color)>\(escaped(label.name))</Label>\n"
        }
        return "<LabelTable>\n\(lines.joined())</LabelTable>"
    }

    /// Text as XML holds it; control characters, which it cannot hold, become spaces.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(character.value < 0x20 ? " " : character)
            }
        }
        return result
    }

    private static func deflated(_ numbers: UnsafeRawBufferPointer) -> Data {
        var count = compressBound(UInt(numbers.count))
        var data = Data(count: Int(count))
        let status = data.withUnsafeMutableBytes { target in
            compress2(
                target.bindMemory(to: UInt8.self).baseAddress, &count,
                numbers.bindMemory(to: UInt8.self).baseAddress, UInt(numbers.count), 6)
        }
        precondition(status == Z_OK, "there is room for what zlib makes")
        return data.prefix(Int(count))
    }
}
