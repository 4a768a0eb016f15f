import Jupyter

extension RequestContext {
    /// The ids of the cells that the user deleted since the last execution, which JupyterLab sends along.
    var deletedCells: Set<String> {
        guard case .array(let cells)? = metadata["deletedCells"] else { return [] }
        return Set(cells.compactMap(\.string))
    }
}
