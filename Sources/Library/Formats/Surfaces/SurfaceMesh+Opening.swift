import Foundation

extension SurfaceMesh {
    /// Reads the mesh of a GIFTI surface (`.surf.gii`, `.gii.gz`) or of FreeSurfer's (`lh.pial`).
    ///
    /// ```swift
    /// let mesh = try SurfaceMesh.open("tpl-fsaverage5_hemi-L_pial.surf.gii")
    /// ```
    ///
    /// FreeSurfer's own coordinates are kept, as in nibabel; `FreeSurferSurface` has those of the scanner. Throws
    /// `FormatError` if the file holds no surface, or is damaged.
    public static func open(_ file: some FileLocation) throws -> SurfaceMesh {
        let file = try OpenFile(file.fileURL)
        if try FreeSurferSurface.begins(file.head()) { return try FreeSurferSurface(file).mesh }
        return try GIFTI(file).mesh()
    }
}
