import Formats
import Foundation
import Synchronization

extension CorticalSurface {
    /// FreeSurfer's average of 40 brains, 10,242 vertices per hemisphere: pial, white, inflated and flat, with its sulci.
    ///
    /// The files are those that the Python package nilearn of the environment carries; they are read once per session.
    /// Throws `FormatError` with the command that installs it where it is missing, or if a file cannot be read.
    public static func fsaverage5() throws -> CorticalSurface {
        try cached.withLock { cached in
            if let cached { return cached }
            let surface = try CorticalSurface(
                name: "fsaverage5", left: fsaverage5("left"), right: fsaverage5("right"))
            cached = surface
            return surface
        }
    }

    private static let cached = Mutex<CorticalSurface?>(nil)

    private static func fsaverage5(_ side: String) throws -> HemisphereMeshes {
        func file(_ name: String) throws -> URL {
            try PythonPackages.requiredFile(
                "nilearn/datasets/data/fsaverage5/\(name)_\(side).gii.gz", of: "nilearn", for: "fsaverage5")
        }
        let names: [SurfaceShape: String] = [
            .pial: "pial", .white: "white", .inflated: "infl", .flat: "flat",
        ]
        return try HemisphereMeshes(
            shapes: names.mapValues { try SurfaceMesh.open(file($0)) },
            sulci: depths(file("sulc")))
    }

    /// A cortex from files of meshes: GIFTI or FreeSurfer's own, one shape for each name.
    ///
    /// ```swift
    /// let surface = try CorticalSurface.open(
    ///     left: ["midthickness": "L.midthickness.surf.gii", "inflated": "L.inflated.surf.gii"],
    ///     right: ["midthickness": "R.midthickness.surf.gii", "inflated": "R.inflated.surf.gii"],
    ///     sulci: ("L.sulc.shape.gii", "R.sulc.shape.gii"), name: "fsLR-32k")
    /// ```
    ///
    /// - Parameters:
    ///   - left: the left hemisphere: its mesh, or its file of each shape.
    ///   - right: the right hemisphere.
    ///   - sulci: how deep each vertex lies, for shades of gray; nil if it is not known.
    ///   - name: what the surface is called.
    ///
    /// Throws `FormatError` if a file cannot be read, `FigureError` if the meshes do not have the same vertices.
    public static func open(
        left: [SurfaceShape: any FileLocation] = [:], right: [SurfaceShape: any FileLocation] = [:],
        sulci: (left: (any FileLocation)?, right: (any FileLocation)?) = (nil, nil), name: String = "surface"
    ) throws -> CorticalSurface {
        func hemisphere(
            _ files: [SurfaceShape: any FileLocation], _ sulci: (any FileLocation)?
        ) throws -> HemisphereMeshes? {
            guard !files.isEmpty else { return nil }
            return try HemisphereMeshes(
                shapes: files.mapValues { try SurfaceMesh.open($0.fileURL) },
                sulci: sulci.map { try depths($0.fileURL) })
        }
        return try CorticalSurface(
            name: name, left: hemisphere(left, sulci.left), right: hemisphere(right, sulci.right))
    }

    /// A cortex of one mesh per hemisphere; see `open` of several shapes.
    ///
    /// - Parameters:
    ///   - left: the left hemisphere: its mesh, or its file of each shape.
    ///   - right: the right hemisphere.
    ///   - sulci: how deep each vertex lies, for shades of gray; nil if it is not known.
    ///   - shape: what shape the meshes have.
    ///   - name: what the surface is called.
    public static func open(
        left: (any FileLocation)? = nil, right: (any FileLocation)? = nil,
        sulci: (left: (any FileLocation)?, right: (any FileLocation)?) = (nil, nil),
        shape: SurfaceShape = .pial, name: String = "surface"
    ) throws -> CorticalSurface {
        try open(
            left: left.map { [shape: $0] } ?? [:], right: right.map { [shape: $0] } ?? [:], sulci: sulci,
            name: name)
    }

    /// The first map of a file of numbers of vertices.
    private static func depths(_ file: URL) throws -> [Float] {
        let maps = try SurfaceMaps.open(file)
        return maps.values.row(0)
    }
}
