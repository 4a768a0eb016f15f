@_exported import Brain
@_exported import CellRuntime
@_exported import Display
@_exported import Encoding
@_exported import Figures
@_exported import Formats
@_exported import FoundationModels
@_exported import Tensors
