import Foundation

/// What kind of file begins with these bytes, in words for an error; nil if it is not known.
///
/// At least 560 bytes are needed to know all kinds. Source: `file`'s magic numbers and the formats' specifications.
package func fileKind(_ head: Bytes) -> String? {
    func begins(_ text: String, at offset: Int = 0) -> Bool { begins(Array(text.utf8), at: offset) }
    func begins(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
        head.part(at: offset, count: bytes.count)?.buffer.elementsEqual(bytes) ?? false
    }
    if begins("n+1", at: 344) || begins("ni1", at: 344) { return "a NIfTI-1 image" }
    if begins("n+2", at: 4) || begins("ni2", at: 4) { return "a NIfTI-2 image (or CIFTI)" }
    if begins("MATLAB 7.3") {
        return "a MATLAB file of version 7.3, if it is whole, which MATFile and HDF5File read"
    }
    if begins("MATLAB") {
        return "a MATLAB file of version 5 to 7, which MATFile reads"
    }
    if begins("DICM", at: 128) { return "a DICOM image, which Gyrus does not read; convert it with dcm2niix" }
    // A zip file's first name stands behind its header.
    let parts = ["[Content_Types].xml", "xl/", "docProps/", "_rels/"]
    if begins("PK"), parts.contains(where: { begins($0, at: 30) }) {
        return "an Excel workbook or another file of Office; save its sheet as .csv"
    }
    if begins("PK"), begins("mimetype", at: 30) {
        return "a file of OpenDocument, such as a spreadsheet (.ods); save its sheet as .csv"
    }
    for (bytes, kind) in signatures where begins(bytes) { return kind }
    let text = head.buffer.prefix(512).drop { [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].contains($0) }
    let start = String(decoding: text.prefix(100), as: UTF8.self).lowercased()
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
        return "a web page (a download that failed may leave one)"
    }
    if start.contains("<gifti") || start.hasPrefix("<?xml") {
        return "an XML file (GIFTI is one, which GIFTI.open reads)"
    }
    if start.hasPrefix("{") { return "a JSON text" }
    if head.count >= 348,
        head.number(at: 0, as: Int32.self) == 348
            || head.number(at: 0, as: Int32.self, bigEndian: true) == 348
    {
        return "an Analyze 7.5 header, which Gyrus does not read; convert it to NIfTI-1"
    }
    if head.number(at: 0, as: Int32.self, bigEndian: true) == 1, head.count >= 284 {
        return "perhaps FreeSurfer's MGH, which NIfTI.open reads"
    }
    return nil
}

/// The same of a file, in brackets after a sentence; empty if it is not known.
package func kindNote(_ head: Bytes?) -> String { head.flatMap(fileKind).map { " (it is \($0))" } ?? "" }

private let signatures: [([UInt8], String)] =
    [
        ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file"),
        ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array (.npy)"),
        ([0x50, 0x4b, 0x03, 0x04], "a zip file, as .npz and PyTorch's files are"),
        ([0x50, 0x4b, 0x05, 0x06], "an empty zip file"),
        ([0x1f, 0x8b], "a gzipped file"), ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "a file compressed by xz"),
        ([0x28, 0xb5, 0x2f, 0xfd], "a file compressed by zstd"),
        ([0x42, 0x5a, 0x68], "a file compressed by bzip2"),
        ([0x89, 0x50, 0x4e, 0x47], "a PNG image"), ([0xff, 0xd8, 0xff], "a JPEG image"),
        ([0x49, 0x49, 0x2a, 0x00], "a TIFF image"), ([0x4d, 0x4d, 0x00, 0x2a], "a TIFF image"),
        ([0xff, 0xff, 0xfe], "a surface of FreeSurfer, which SurfaceMesh.open reads"),
        ([0xd0, 0xcf, 0x11, 0xe0], "an older file of Office, such as .xls; save its sheet as .csv"),
        (Array("PAR1\u{15}".utf8), "a Parquet file, which Gyrus does not read; pandas can save it as .csv"),
        ([0x80, 0x02], "a pickle"), ([0x80, 0x03], "a pickle"), ([0x80, 0x04], "a pickle"),
        ([0x80, 0x05], "a pickle"), ([0x7f, 0x45, 0x4c, 0x46], "a program"),
    ]
    + [
        ("CDF\u{1}", "a netCDF-3 or MINC-1 file, which Gyrus does not read"),
        ("CDF\u{2}", "a netCDF-3 file, which Gyrus does not read"),
        ("TRACK", "a TRK file of streamlines, which Gyrus does not read"),
        ("NRRD", "an NRRD image, which Gyrus does not read"), ("GIF8", "a GIF image"), ("BM", "a BMP image"),
        ("RIFF", "a RIFF file, as WebP images are"), ("%PDF", "a PDF"), ("#!", "a script"),
    ].map { (Array($0.0.utf8), $0.1) }
